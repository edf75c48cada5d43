import { join } from 'node:path';
import { countLines, type LineCount } from './count-lines.ts';
import { gitOk } from './git.ts';

/** Past this many files lines are not counted: a forgotten folder of packages may be huge. */
const MAX_FILES_READ = 20_000;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const READERS = 8;

/** Untracked files that are not ignored, relative to the folder; a repository inside is one entry that ends with `/`. */
export async function listUntracked(
  folder: string,
  signal: AbortSignal | undefined,
  env?: Record<string, string>,
): Promise<string[]> {
  const args = ['ls-files', '--others', '--exclude-standard', '-z'];
  const { stdout } = await gitOk(args, { cwd: folder, signal, env });
  return stdout.split('\0').slice(0, -1);
}

/** What each file would add to a diff, in the order of `paths`; fewer than those when they are very many. */
export async function countUntracked(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<LineCount[]> {
  const queue = paths.slice(0, MAX_FILES_READ).entries();
  const counts: LineCount[] = [];
  const reader = async (): Promise<void> => {
    for (const [index, path] of queue) {
      signal?.throwIfAborted();
      counts[index] = await countLines(join(folder, path), MAX_FILE_BYTES);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return counts;
}
