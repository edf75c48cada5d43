import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

/** As far as git looks for a NUL to tell binary from text. */
const BINARY_PROBE_BYTES = 8_000;
const LINE_FEED = 10;

export interface LineCount {
  /** null where lines are not counted: a binary file, one past the limit, one that is gone, anything but a file */
  lines: number | null;
  binary: boolean;
}

const UNCOUNTED: LineCount = { lines: null, binary: false };

/** Whether git would call that content binary. */
export function isBinary(content: Buffer): boolean {
  return content.subarray(0, BINARY_PROBE_BYTES).includes(0);
}

/** The lines a file would add to a diff; 1 for a symlink (its target is its content). */
export async function countLines(path: string, maxBytes: number): Promise<LineCount> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { lines: 1, binary: false };
    if (!found.isFile() || found.size > maxBytes) return UNCOUNTED;
    if (found.size === 0) return { lines: 0, binary: false };
    // It may have been swapped for a symlink or a pipe since: neither is followed or waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(found.size), 0, found.size, 0);
    return linesOf(buffer.subarray(0, bytesRead));
  } catch {
    return UNCOUNTED;
  }
}

function linesOf(content: Buffer): LineCount {
  if (isBinary(content)) return { lines: null, binary: true };
  if (content.length === 0) return { lines: 0, binary: false };
  let lines = 0;
  for (let at = content.indexOf(LINE_FEED); at >= 0; at = content.indexOf(LINE_FEED, at + 1)) lines += 1;
  return { lines: content[content.length - 1] === LINE_FEED ? lines : lines + 1, binary: false };
}
