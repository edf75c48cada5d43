import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readTextFile } from './read-text-file.ts';

/** Longer than any path. */
const MOST_BYTES = 8 * 1024;

/**
 * The first of a small file that git keeps; null for anything but a file. What stands in a worktree is the agent's to change:
 * a pipe in its place is not waited for, and a huge file not read.
 */
export async function readSmallFile(path: string): Promise<string | null> {
  const file = await readTextFile(path, MOST_BYTES).catch(() => null);
  return file?.text ?? null;
}

/**
 * The folder that a `.git` file names (of a linked worktree or a submodule): `gitdir: /repository/.git/worktrees/name`. null
 * when it names none.
 */
export async function namedGitFolder(dotGit: string): Promise<string | null> {
  const [, target] = /^gitdir: (.+?)\s*$/.exec((await readSmallFile(dotGit)) ?? '') ?? [];
  return target === undefined ? null : resolve(dotGit, '..', target);
}

/**
 * Where git keeps what belongs to the working tree with this top, as git itself finds it (gitrepository-layout, `gitdir` and
 * `commondir`); null where there is no `.git`, or it names none.
 */
export async function gitFolders(top: string): Promise<{ own: string; repository: string } | null> {
  const dotGit = join(top, '.git');
  const found = await lstat(dotGit).catch(() => null);
  const own = found?.isDirectory() === true ? dotGit : await namedGitFolder(dotGit);
  if (own === null) return null;
  const common = (await readSmallFile(join(own, 'commondir'))) ?? '.';
  return { own, repository: resolve(own, common.trim()) };
}
