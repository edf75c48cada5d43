import { lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { SubjectPath } from '@pilotlight/protocol';

/** Whether it is in the worktree, also when symlinks are followed. */
export function isInside({ path, real }: SubjectPath): boolean {
  return !isAbsolute(path) && !isAbsolute(real);
}

/** Git's own files: a hook or a setting there runs code. */
export function isGitsOwn({ path, real }: SubjectPath): boolean {
  return [path, real].some((each) => /(^|\/)\.git(\/|$)/i.test(each));
}

/** A word that can only be a path: nothing in it that another language would read. */
export function isPathLike(word: string): boolean {
  return /^(--?[\w-]+=)?[\p{L}\p{M}\p{N}_@%+=:,./~^ -]+$/u.test(word) && !/^-\w*[/~.]/.test(word);
}

/**
 * A path as rules see it. Looks at the disk, where there may be nothing of that name yet: then its nearest folder that exists
 * is followed. null: no file can have that name.
 * @param folder the worktree, symlinks resolved
 * @param from where relative paths begin, absolute
 */
export function placePath(given: string, folder: string, from = folder): SubjectPath | null {
  if (given === '' || given.includes('\0') || given.length > 4096) return null;
  const isHome = given === '~' || given.startsWith('~/');
  // `~somebody` is the home of another user.
  if (given.startsWith('~') && !isHome) return null;
  const plain = given.startsWith('file://') ? given.slice('file://'.length) : given;
  const whole = isHome ? homedir() + given.slice(1) : isAbsolute(plain) ? plain : `${from}${sep}${plain}`;
  // Followed before any `..` is taken back: `link/..` is not where `link` stands.
  const real = realPath(whole.replace(/(?<=.)\/+$/, ''));
  return real === null ? null : { path: placed(resolve(whole), folder), real: placed(real, folder) };
}

/** What a word of a command may name: it has a `/`, goes up or home, or is there. */
export function namesPath(word: string, from: string): boolean {
  if (word === '' || word.length > 4096 || word.includes('\0')) return false;
  if (word.includes('/') || word === '..' || word === '.' || word.startsWith('~')) return true;
  return isThere(join(from, word));
}

/** The folder with symlinks resolved; as it is when it is gone. */
export function realFolder(folder: string): string {
  return realPath(folder) ?? folder;
}

/** Follows symlinks as far as the path exists. null: it cannot be followed (a loop, no permission). */
function realPath(path: string): string | null {
  try {
    // The other one takes `..` back before it follows a symlink.
    return realpathSync.native(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A symlink whose target is missing would be written through to it.
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || isThere(path)) return null;
  }
  const above = dirname(path);
  const parent = above === path ? null : realPath(above);
  return parent === null ? null : resolve(parent, basename(path));
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function placed(path: string, folder: string): string {
  const way = relative(folder, path);
  if (way === '') return '.';
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? path : way;
}
