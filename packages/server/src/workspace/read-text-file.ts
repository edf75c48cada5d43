import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isBinary } from './count-lines.ts';

/** A file as a reader sees it. */
export interface TextFile {
  /** bytes */
  size: number;
  /** null when binary */
  text: string | null;
  binary: boolean;
  /** the text ends before the file does, at a whole character */
  truncated: boolean;
}

/**
 * Reads at most `maxBytes` of a file, without following a symlink and without waiting for a pipe.
 *
 * @param path absolute, as `confine` gives it
 * @returns null for anything but a file: a folder, a pipe, a device
 * @throws what the system says: ENOENT, EACCES, ELOOP for a symlink, …
 */
export async function readTextFile(path: string, maxBytes: number): Promise<TextFile | null> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const found = await file.stat();
  if (!found.isFile()) return null;
  // One byte more than is kept, since the file may have grown meanwhile.
  const buffer = Buffer.allocUnsafe(Math.min(found.size, maxBytes) + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  const truncated = length > maxBytes || found.size > maxBytes;
  const content = buffer.subarray(0, Math.min(length, maxBytes));
  return { size: Math.max(found.size, length), ...textOf(content, truncated), truncated };
}

/** Content as text, with its byte order mark. `isCut`: a character at the very end may be incomplete and is left out. */
function textOf(content: Buffer, isCut = false): { text: string | null; binary: boolean } {
  if (isBinary(content)) return { text: null, binary: true };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content, { stream: isCut });
  return { text, binary: false };
}
