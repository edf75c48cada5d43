import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40;

/**
 * The real path of `path` when it lies within `root`, symlinks followed. What does not exist yet is judged by its deepest
 * existing ancestor, and a symlink to nothing by where a file written through it would appear.
 *
 * Use the path that is returned, not the one that was given, and use it at once: between this answer and the use, somebody
 * who can write inside `root` may put a symlink in place of a folder. The path returned has no symlink in it, so opening
 * it with O_NOFOLLOW shuts the last component; the ones before it stay open to a program of the same user, who could reach
 * the target without us.
 *
 * @param root an existing folder
 * @param path absolute, or relative to `root`
 * @throws PilotlightError `path_outside`
 */
export async function confine(root: string, path: string): Promise<string> {
  if (path.includes('\0')) throw outside(root, path);
  const realRoot = await realpath(root);
  const real = await resolveReal(resolve(root, path), 0).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw outside(root, path);
    throw error;
  });
  if (real === null || !isWithin(realRoot, real)) throw outside(root, path);
  return real;
}

/** True when `path` is `root` or below it. Both absolute and without symlinks. */
export function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** null: more links in a row than the system follows. */
async function resolveReal(path: string, links: number): Promise<string | null> {
  if (links > MAX_LINKS) return null;
  const real = await realpath(path).catch(nullWhenAbsent);
  if (real !== null) return real;
  const found = await lstat(path).catch(nullWhenAbsent);
  if (found?.isSymbolicLink()) {
    const parent = await realpath(dirname(path));
    return resolveReal(resolve(parent, await readlink(path)), links + 1);
  }
  const parent = await resolveReal(dirname(path), links);
  return parent === null ? null : join(parent, basename(path));
}

function nullWhenAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function outside(root: string, path: string): PilotlightError {
  return new PilotlightError(
    'path_outside',
    `${JSON.stringify(path)} leads out of ${root}. Give a path inside that folder.`,
    {
      details: { root, path },
    },
  );
}
