import { imageTypeOf, MAX_DIFF_IMAGE_BYTES, PilotlightError, type ImageType } from '@pilotlight/protocol';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { confine } from '../confine.ts';
import { git, gitFailure } from '../git.ts';
import { hasUntracked, type Compared } from './comparison-of.ts';
import type { Asking } from './list-diff.ts';
import { findChange } from './read-file-diff.ts';

export interface DiffImage {
  type: ImageType;
  bytes: Buffer;
}

/**
 * One side of a changed file, if it is an image that cannot run anything: what it is, its first bytes say, and not its name.
 *
 * @throws PilotlightError as `findChange`; `file_not_found` when it is not there on that side, `payload_too_large`,
 *   `invalid_request` for what is no such image, `git_failed`, `cancelled`
 */
export async function readDiffImage(
  cwd: string,
  compared: Compared,
  path: string,
  side: 'old' | 'new',
  asking: Asking = {},
): Promise<DiffImage> {
  const { path: name, tracked } = await findChange(cwd, compared, path, asking);
  const isOnDisk = side === 'new' && hasUntracked(compared);
  const object = side === 'old' ? (tracked?.old?.object ?? null) : (tracked?.newObject ?? null);
  const bytes = isOnDisk ? await onDisk(cwd, name) : object === null ? null : await blob(cwd, object, asking);
  if (bytes === null) {
    throw new PilotlightError(
      'file_not_found',
      `${JSON.stringify(name)} in ${cwd} is no file on the ${side} side of these changes.`,
      { details: { path: name, side } },
    );
  }
  if (bytes.length > MAX_DIFF_IMAGE_BYTES) {
    throw new PilotlightError(
      'payload_too_large',
      `${JSON.stringify(name)} in ${cwd} has more than ${MAX_DIFF_IMAGE_BYTES} bytes and is not shown. Open it in another program.`,
      { details: { path: name } },
    );
  }
  const type = imageTypeOf(bytes);
  if (type !== null) return { type, bytes };
  throw new PilotlightError(
    'invalid_request',
    `${JSON.stringify(name)} in ${cwd} is no PNG, JPEG, GIF or WebP image on the ${side} side.`,
    { details: { path: name, side } },
  );
}

/** At most one byte more than is shown; null for what is no file. A symlink is not followed, and a pipe not waited for. */
async function onDisk(cwd: string, name: string): Promise<Buffer | null> {
  const folder = await confine(cwd, dirname(name));
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, basename(name)), flags).catch(() => null);
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) return null;
    const room = Buffer.alloc(Math.min(found.size, MAX_DIFF_IMAGE_BYTES) + 1);
    const { bytesRead } = await file.read(room, 0, room.length, 0);
    return room.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function blob(cwd: string, object: string, asking: Asking): Promise<Buffer | null> {
  const args = ['cat-file', 'blob', object];
  const result = await git(args, { ...asking, cwd, maxBytes: MAX_DIFF_IMAGE_BYTES + 1 });
  if (result.exitCode === 0 || result.truncated) return result.bytes;
  // A submodule is at a commit, which is no file.
  if (/bad file|could not get object info|Not a valid object/.test(result.stderr)) return null;
  throw gitFailure(args, cwd, result);
}
