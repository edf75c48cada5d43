import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readTextFile } from './read-text-file.ts';
import { stampOf } from './settled-stamp.ts';

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

export interface GitFolders {
  /** of the working tree: HEAD, index */
  own: string;
  /** of all its working trees: objects, refs, config */
  repository: string;
}

interface Remembered {
  files: readonly string[];
  stamp: string;
  folders: GitFolders;
}

const MOST_REMEMBERED = 1000;
/** By the top; asked before every turn and every git. */
const remembered = new Map<string, Remembered>();

/**
 * Where git keeps what belongs to the working tree with this top, as git itself finds it (gitrepository-layout, `gitdir` and
 * `commondir`); null where there is no `.git`, or it names none.
 */
export async function gitFolders(top: string): Promise<GitFolders | null> {
  const known = remembered.get(top);
  if (known !== undefined && (await stampOf(known.files)) === known.stamp) return known.folders;
  remembered.delete(top);
  const found = await findGitFolders(top);
  if (found === null) return null;
  const dotGit = join(top, '.git');
  // A folder changes all the time, and is found as soon.
  if (found.own === dotGit) return found;
  const files = [dotGit, join(found.own, 'commondir')];
  const stamp = await stampOf(files);
  // Asked before it was stamped, it may be of the file before.
  const isSame = stamp !== null && JSON.stringify(await findGitFolders(top)) === JSON.stringify(found);
  if (isSame) remember(top, { files, stamp, folders: found });
  return found;
}

function remember(top: string, known: Remembered): void {
  const [oldest] = remembered.size >= MOST_REMEMBERED ? remembered.keys() : [];
  if (oldest !== undefined) remembered.delete(oldest);
  remembered.set(top, known);
}

async function findGitFolders(top: string): Promise<GitFolders | null> {
  const dotGit = join(top, '.git');
  const found = await lstat(dotGit).catch(() => null);
  const own = found?.isDirectory() === true ? dotGit : await namedGitFolder(dotGit);
  if (own === null) return null;
  const common = (await readSmallFile(join(own, 'commondir'))) ?? '.';
  return { own, repository: resolve(own, common.trim()) };
}
