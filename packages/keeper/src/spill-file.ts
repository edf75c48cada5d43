import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

interface Segment {
  path: string;
  file: number;
  /** offsets of the stream: inclusive, exclusive */
  from: number;
  to: number;
}

/**
 * A range of a byte stream on disk, appended at its end and dropped at its start. It lies in segments, since a file cannot
 * be cut at its front; each is removed when it is done with. Synchronous: the system's cache takes the bytes.
 */
export class SpillFile {
  readonly #path: string;
  readonly #segmentBytes: number;
  #segments: Segment[] = [];
  #made = 0;

  /** `path`: what the segments are named after, in a folder that exists. `segmentBytes`: from which size on a new one begins. */
  constructor(path: string, segmentBytes: number) {
    this.#path = path;
    this.#segmentBytes = segmentBytes;
  }

  get bytes(): number {
    const first = this.#segments[0];
    return first ? (this.#segments.at(-1)?.to ?? first.to) - first.from : 0;
  }

  /**
   * Appends what follows the end, or begins at `from` when nothing is kept.
   * @throws what the system says, for instance ENOSPC; then nothing was appended
   */
  append(from: number, bytes: Buffer): void {
    const segment = this.#writable(from);
    const position = segment.to - segment.from;
    // What an earlier failure left behind the end is written over.
    for (let done = 0; done < bytes.length;) {
      done += writeSync(segment.file, bytes, done, bytes.length - done, position + done);
    }
    segment.to += bytes.length;
  }

  /** At most `limit` bytes from the offset on; empty when that is not kept. */
  read(offset: number, limit: number): Buffer {
    const segment = this.#segments.find(({ from, to }) => from <= offset && offset < to);
    if (!segment) return Buffer.alloc(0);
    const bytes = Buffer.allocUnsafe(Math.min(limit, segment.to - offset));
    const count = readSync(segment.file, bytes, 0, bytes.length, offset - segment.from);
    return bytes.subarray(0, count);
  }

  /** Removes the segments that end at or before the offset. */
  drop(offset: number): void {
    while (this.#segments[0] && this.#segments[0].to <= offset) remove(this.#segments.shift());
  }

  remove(): void {
    for (const segment of this.#segments.splice(0)) remove(segment);
  }

  #writable(from: number): Segment {
    const last = this.#segments.at(-1);
    if (last && last.to - last.from < this.#segmentBytes) return last;
    const path = `${this.#path}.${this.#made}`;
    const segment = { path, file: openSync(path, 'w+', 0o600), from, to: from };
    this.#made += 1;
    this.#segments.push(segment);
    return segment;
  }
}

function remove(segment: Segment | undefined): void {
  if (!segment) return;
  closeSync(segment.file);
  rmSync(segment.path, { force: true });
}
