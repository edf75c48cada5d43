import type { Dirent } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';
import { invalidField } from '../invalid-field.ts';

/** More folders than this are not shown. */
const MOST_FOLDERS = 1000;
/** Nor are more entries than this looked at. */
const MOST_ENTRIES = 50_000;

export interface FolderEntry {
  name: string;
  path: string;
  /** `git`: a repository's working tree */
  kind: 'git' | 'folder';
}

export interface FolderListing {
  path: string;
  /** null: the root of the file system */
  parent: string | null;
  kind: FolderEntry['kind'];
  folders: FolderEntry[];
  truncated: boolean;
}

const byName = new Intl.Collator('en', { numeric: true }).compare;

/**
 * The folders in a folder, by name. A symlink to a folder is one of them, under its own name.
 *
 * @param path absolute
 * @param hidden whether those whose name begins with a dot are listed
 * @throws PilotlightError `not_found`, `forbidden` where the system refuses, `invalid_request` for what is no folder
 */
export async function listFolders(path: string, hidden: boolean): Promise<FolderListing> {
  const { names, truncated } = await readNames(path, hidden);
  const shown = names.sort(byName).slice(0, MOST_FOLDERS);
  const [kind, ...kinds] = await Promise.all([path, ...shown.map((name) => join(path, name))].map(kindOf));
  return {
    path,
    parent: dirname(path) === path ? null : dirname(path),
    kind: kind ?? 'folder',
    folders: shown.map((name, at) => ({ name, path: join(path, name), kind: kinds[at] ?? 'folder' })),
    truncated: truncated || names.length > MOST_FOLDERS,
  };
}

async function readNames(path: string, hidden: boolean): Promise<{ names: string[]; truncated: boolean }> {
  const names: string[] = [];
  let seen = 0;
  try {
    for await (const entry of await opendir(path, { bufferSize: 256 })) {
      if (++seen > MOST_ENTRIES) return { names, truncated: true };
      if ((hidden || !entry.name.startsWith('.')) && (await isFolder(path, entry))) names.push(entry.name);
    }
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
  return { names, truncated: false };
}

async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (entry.isDirectory()) return true;
  if (!entry.isSymbolicLink()) return false;
  const target = await stat(join(parent, entry.name)).catch(() => null);
  return target?.isDirectory() === true;
}

async function kindOf(path: string): Promise<FolderEntry['kind']> {
  return (await lstat(join(path, '.git')).catch(() => null)) === null ? 'folder' : 'git';
}

function unreadable(path: string, error: NodeJS.ErrnoException): unknown {
  const options = { details: { path }, cause: error };
  switch (error.code) {
    case 'ENOENT':
      return new PilotlightError('not_found', `There is no folder ${path}.`, options);
    case 'EACCES':
    case 'EPERM':
      return new PilotlightError(
        'forbidden',
        `The user this server runs as may not read the folder ${path}.`,
        options,
      );
    case 'ENOTDIR':
      return invalidField('path', `${path} is not a folder`, { path });
    case 'ENAMETOOLONG':
    case 'ELOOP':
    case 'ERR_INVALID_ARG_VALUE':
      return invalidField('path', `no folder can be at such a path (${error.code})`);
    default:
      return error;
  }
}
