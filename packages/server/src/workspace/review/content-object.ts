import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';

/** Larger files are named by their size and time instead of by their content. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;

/** What is on the disk under a name. */
export interface ContentObject {
  /** the blob git would make of these bytes; for a file too large to be read, and for a folder, another name that changes with it */
  object: string | null;
  /** octal, as git writes it; null: not there */
  mode: string | null;
  size: number | null;
}

const ABSENT: ContentObject = { object: null, mode: null, size: null };

/**
 * Names the content of a file, without following a symlink.
 *
 * @param hash of the repository's objects
 */
export async function contentObject(path: string, hash: 'sha1' | 'sha256' = 'sha1'): Promise<ContentObject> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return ABSENT;
  if (found.isSymbolicLink()) {
    const target = Buffer.from(await readlink(path, { encoding: 'buffer' }));
    return { object: blobName(target, hash), mode: '120000', size: target.length };
  }
  const mode = (found.mode & 0o100) === 0 ? '100644' : '100755';
  const byTime = `${found.size}-${found.mtimeMs}`;
  if (!found.isFile()) return { object: `other-${byTime}`, mode: '160000', size: null };
  if (found.size > MAX_HASHED_BYTES) return { object: `large-${byTime}`, mode, size: found.size };
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const content = await file.readFile();
    return { object: blobName(content, hash), mode, size: content.length };
  } catch {
    return { object: `unread-${byTime}`, mode, size: found.size };
  }
}

function blobName(content: Buffer, hash: 'sha1' | 'sha256'): string {
  return createHash(hash).update(`blob ${content.length}\0`).update(content).digest('hex');
}
