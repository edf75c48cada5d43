import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { MAX_TEXT_BYTES, PilotlightError, type ChangedFileTexts } from '@pilotlight/protocol';
import { baseTree, type ChangesOptions } from './changes.ts';
import { confine } from './confine.ts';
import { git, gitFailure, gitOk } from './git.ts';
import { nulRecords } from './nul-records.ts';
import { readTextFile, textOf } from './read-text-file.ts';
import { readCommit } from './repository.ts';
import { trackedChanges, type TrackedChange } from './tracked-changes.ts';
import { nullWithoutGit } from './without-git.ts';

const SUBMODULE_MODE = '160000';

/** One side of a file: its text, or why there is none. `absent`: the file is not there on that side. */
type Side = { text: string } | 'absent' | 'binary' | 'too large';

/**
 * Both sides of one file of `listChanges`.
 *
 * @param path relative to the worktree, or absolute within it
 * @throws PilotlightError `path_outside`; `file_not_found` when it is not among the changes; `worktree_missing`,
 *   `git_failed`, `cancelled`
 */
export async function readChange(options: ChangesOptions, path: string): Promise<ChangedFileTexts> {
  const { worktreePath } = options;
  const absolute = resolve(worktreePath, path);
  // Its folder, not the file: a symlink that was changed is shown, and not followed.
  const file = join(await confine(worktreePath, dirname(absolute)), basename(absolute));
  const name = relative(worktreePath, absolute);
  const change = await nullWithoutGit(worktreePath, findChange(options, name));
  if (change === null) {
    throw new PilotlightError(
      'file_not_found',
      `${JSON.stringify(path)} is not among the changes of ${worktreePath}. List the changes again.`,
      { details: { path } },
    );
  }
  const tracked = change === 'untracked' ? null : change;
  const [before, after] = await Promise.all([
    oldSide(worktreePath, tracked?.old ?? null),
    newSide(file, tracked?.newMode ?? null),
  ]);
  const isEither = (what: Side): boolean => before === what || after === what;
  const isShown = !isEither('binary') && !isEither('too large');
  const text = (side: Side): string | null => (isShown && typeof side === 'object' ? side.text : null);
  return {
    path: name,
    oldPath: tracked?.oldPath ?? null,
    status: tracked?.status ?? 'untracked',
    oldText: text(before),
    newText: text(after),
    binary: isEither('binary'),
    tooLarge: isEither('too large'),
  };
}

async function findChange(
  options: ChangesOptions,
  name: string,
): Promise<TrackedChange | 'untracked' | null> {
  const { worktreePath, signal } = options;
  const args = ['ls-files', '--others', '--exclude-standard', '-z', '--', name];
  const [{ changes }, untracked] = await Promise.all([
    baseTree(options).then((base) => trackedChanges({ worktreePath, base, signal }, false)),
    gitOk(args, { cwd: worktreePath, signal, env: { GIT_LITERAL_PATHSPECS: '1' } }),
  ]);
  const tracked = changes.find((change) => change.path === name);
  if (tracked !== undefined) return tracked;
  const names = new Set(nulRecords(untracked.bytes));
  return names.has(name) || names.has(`${name}/`) ? 'untracked' : null;
}

async function oldSide(cwd: string, old: TrackedChange['old']): Promise<Side> {
  if (old === null) return 'absent';
  const { mode, object } = old;
  if (mode === SUBMODULE_MODE) return { text: submoduleText(object) };
  const args = ['cat-file', 'blob', object];
  const result = await git(args, { cwd, maxBytes: MAX_TEXT_BYTES });
  if (result.truncated) return 'too large';
  if (result.exitCode !== 0) throw gitFailure(args, cwd, result);
  const { text } = textOf(result.bytes);
  return text === null ? 'binary' : { text };
}

/** @param mode what git says it is; null: untracked, or gone */
async function newSide(path: string, mode: string | null): Promise<Side> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return 'absent';
  if (found.isSymbolicLink()) return { text: await readlink(path) };
  if (mode === SUBMODULE_MODE && found.isDirectory()) {
    const commit = await readCommit(path, 'HEAD');
    return commit === null ? 'absent' : { text: submoduleText(commit) };
  }
  const file = await readTextFile(path, MAX_TEXT_BYTES).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return null;
    throw error;
  });
  if (file === null) return 'absent';
  if (file.text === null) return 'binary';
  return file.truncated ? 'too large' : { text: file.text };
}

/** As git itself shows a submodule in a diff. */
function submoduleText(commit: string): string {
  return `Subproject commit ${commit}\n`;
}
