import { Slice } from '../slice.ts';
import { git, gitFailure } from './git.ts';
import { nulRecords } from './nul-records.ts';
import { walkFiles } from './walk-files.ts';
import { nullWithoutGit } from './without-git.ts';

export interface FileList {
  /** relative to the folder, with `/` between names */
  files: string[];
  /** the folder has more */
  truncated: boolean;
}

/** Room for some half a million paths. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/**
 * The files of a folder: in a working tree what git tracks and what is untracked and not ignored, the untracked ones first;
 * in a plain folder what a bounded walk finds. Files that are tracked and gone are left out, a repository inside is.
 *
 * @throws PilotlightError `worktree_missing`, `git_failed`, `cancelled`
 */
export async function listFiles(folder: string, signal?: AbortSignal): Promise<FileList> {
  return (await nullWithoutGit(folder, listByGit(folder, signal))) ?? walkFiles(folder, signal);
}

async function listByGit(cwd: string, signal: AbortSignal | undefined): Promise<FileList> {
  // With -t each path follows a letter: `?` untracked, `R` tracked and gone, others tracked.
  const args = ['ls-files', '-t', '-z', '--cached', '--others', '--deleted', '--exclude-standard'];
  const result = await git(args, { cwd, signal, maxBytes: MAX_OUTPUT_BYTES });
  if (result.exitCode !== 0 && !result.truncated) throw gitFailure(args, cwd, result);
  const files = new Set<string>();
  const slice = new Slice();
  for (const record of nulRecords(result.bytes)) {
    if (slice.isOver) await slice.next();
    const path = record.slice(2);
    // A gone file comes twice: as tracked, then as gone. One in conflict comes once a side.
    if (record.startsWith('R ')) files.delete(path);
    else if (!path.endsWith('/')) files.add(path);
  }
  return { files: [...files], truncated: result.truncated };
}
