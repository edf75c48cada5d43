/** bytes of one block */
export const BLOCK_BYTES = 16 * 1024;
/** Free blocks that are kept for the next. */
const spare = 16;

/** The memory in which output is kept, shared by all processes: blocks of one size, used again, so that a flood makes no garbage. */
export class BlockPool {
  /** bytes that may be in use before those who use them should move to the disk */
  readonly limit: number;
  #used = 0;
  #free: Buffer[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** bytes, in use or kept for it */
  get bytes(): number {
    return this.#used + this.#free.length * BLOCK_BYTES;
  }

  get full(): boolean {
    return this.#used > this.limit;
  }

  take(): Buffer {
    this.#used += BLOCK_BYTES;
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  /** Nobody may look into the block any more. */
  give(block: Buffer): void {
    this.#used -= BLOCK_BYTES;
    if (this.#free.length < spare) this.#free.push(block);
  }
}
