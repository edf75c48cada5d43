/**
 * What a process said and nobody has acknowledged yet: a range of a byte stream, with offsets that count from the
 * process's start.
 *
 *     from ── spill file (oldest) ── memory (newest) ── to
 *
 * Memory is bounded for each stream and for all together; beyond it everything kept moves to the disk. At the hard bound,
 * or when the disk takes no more, `full` asks for the source to be held back; nothing is ever dropped.
 */
import { BLOCK_BYTES, type BlockPool } from './block-pool.ts';
import { SpillFile } from './spill-file.ts';

export interface RetainLimits {
  /** bytes in memory */
  memory: number;
  /** bytes in memory and on disk */
  total: number;
  /** bytes of one spill segment */
  segment: number;
}

export const defaultRetainLimits: RetainLimits = { memory: 2 ** 20, total: 2 ** 30, segment: 2 ** 24 };

interface Block {
  bytes: Buffer;
  /** the used part of `bytes` */
  start: number;
  end: number;
}

export class RetainedOutput {
  readonly #limits: RetainLimits;
  readonly #pool: BlockPool;
  readonly #spill: SpillFile;
  #blocks: Block[] = [];
  #from = 0;
  #memoryFrom = 0;
  #to = 0;
  #failure: Error | null = null;

  /** `spillPath`: what its files on disk are named after. */
  constructor(spillPath: string, pool: BlockPool, limits: RetainLimits = defaultRetainLimits) {
    this.#limits = limits;
    this.#pool = pool;
    this.#spill = new SpillFile(spillPath, limits.segment);
  }

  /** of the oldest byte that is kept */
  get from(): number {
    return this.#from;
  }

  /** behind the newest byte */
  get to(): number {
    return this.#to;
  }

  get memoryBytes(): number {
    return this.#blocks.length * BLOCK_BYTES;
  }

  get spilledBytes(): number {
    return this.#spill.bytes;
  }

  /** Why the disk took nothing the last time, null when it did. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Whether the source is to be held back. */
  get full(): boolean {
    return this.#to - this.#from >= this.#limits.total || (this.#failure !== null && this.#over());
  }

  push(chunk: Buffer): void {
    for (let done = 0; done < chunk.length;) {
      let last = this.#blocks.at(-1);
      if (!last || last.end === BLOCK_BYTES) {
        last = { bytes: this.#pool.take(), start: 0, end: 0 };
        this.#blocks.push(last);
      }
      const count = chunk.copy(last.bytes, last.end, done);
      last.end += count;
      done += count;
    }
    this.#to += chunk.length;
    this.relieve();
  }

  /** Everything before the offset is done with. One beyond the end counts as the end. */
  acknowledge(offset: number): void {
    if (offset <= this.#from) return;
    this.#from = Math.min(offset, this.#to);
    this.#spill.drop(this.#from);
    while (this.#blocks[0] && this.#memoryFrom < this.#from) {
      const [block] = this.#blocks;
      const step = Math.min(this.#from - this.#memoryFrom, block.end - block.start);
      block.start += step;
      this.#memoryFrom += step;
      if (block.start < block.end) break;
      this.#shift();
    }
  }

  /** A copy of at most `limit` bytes from the offset on; empty only at the end. */
  read(offset: number, limit: number): Buffer {
    if (offset < this.#from || offset > this.#to) throw new RangeError(`no output is kept at ${offset}`);
    if (offset < this.#memoryFrom) return this.#spill.read(offset, limit);
    let skip = offset - this.#memoryFrom;
    const parts: Buffer[] = [];
    let missing = limit;
    for (const block of this.#blocks) {
      const size = block.end - block.start;
      if (skip < size && missing > 0) {
        const part = block.bytes.subarray(block.start + skip, block.end).subarray(0, missing);
        parts.push(part);
        missing -= part.length;
      }
      skip = Math.max(0, skip - size);
      if (missing <= 0) break;
    }
    return Buffer.concat(parts);
  }

  /** Moves to the disk what is too much for memory; to be tried again while there is a `failure`. */
  relieve(): void {
    if (!this.#over()) {
      this.#failure = null;
      return;
    }
    try {
      while (this.#blocks[0]) {
        const [block] = this.#blocks;
        const bytes = block.bytes.subarray(block.start, block.end);
        if (bytes.length > 0) this.#spill.append(this.#memoryFrom, bytes);
        this.#memoryFrom += bytes.length;
        this.#shift();
      }
      this.#failure = null;
    } catch (cause) {
      this.#failure = cause as Error;
    }
  }

  /** Forgets everything, also on disk. */
  remove(): void {
    while (this.#blocks.length > 0) this.#shift();
    this.#spill.remove();
    this.#from = this.#memoryFrom = this.#to;
  }

  #over(): boolean {
    return this.memoryBytes > this.#limits.memory || (this.#blocks.length > 0 && this.#pool.full);
  }

  #shift(): void {
    const block = this.#blocks.shift();
    if (block) this.#pool.give(block.bytes);
  }
}
