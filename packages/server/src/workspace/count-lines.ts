import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

/** As far as git looks for a NUL to tell binary from text. */
const BINARY_PROBE_BYTES = 8_000;
const LINE_FEED = 10;

/**
 * Lines a file would add to a diff: 0 for a binary file, one past `maxBytes`, one that is gone or may not be read, and
 * for anything but a file; 1 for a symlink (its target is its content).
 */
export async function countLines(path: string, maxBytes: number): Promise<number> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return 1;
    if (!found.isFile() || found.size === 0 || found.size > maxBytes) return 0;
    // It may have been swapped for a symlink or a pipe since: neither is followed or waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(found.size), 0, found.size, 0);
    return linesOf(buffer.subarray(0, bytesRead));
  } catch {
    return 0;
  }
}

function linesOf(content: Buffer): number {
  if (content.length === 0 || content.subarray(0, BINARY_PROBE_BYTES).includes(0)) return 0;
  let lines = 0;
  for (let at = content.indexOf(LINE_FEED); at >= 0; at = content.indexOf(LINE_FEED, at + 1)) lines += 1;
  return content[content.length - 1] === LINE_FEED ? lines : lines + 1;
}
