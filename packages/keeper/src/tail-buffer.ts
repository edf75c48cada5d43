/** Keeps the last bytes of a stream; older ones are dropped. */
export class TailBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #dropped = false;

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Rebuilding at twice the limit keeps a flood of small chunks linear.
    if (this.#size > 2 * this.#limit) this.#trim();
  }

  /** Whether older bytes are missing. */
  get truncated(): boolean {
    return this.#dropped || this.#size > this.#limit;
  }

  /** The kept bytes, at most the limit. */
  bytes(): Buffer {
    if (this.#size > this.#limit) this.#trim();
    return Buffer.concat(this.#chunks);
  }

  /** The kept text; it begins at a character, and bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    let bytes = this.bytes();
    if (this.#dropped) {
      let start = 0;
      while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
      bytes = bytes.subarray(start);
    }
    return bytes.toString('utf8');
  }

  #trim(): void {
    const all = Buffer.concat(this.#chunks);
    // A copy, so that the dropped bytes are not kept alive by a view.
    const kept = Buffer.from(all.subarray(Math.max(0, all.length - this.#limit)));
    this.#dropped = true;
    this.#chunks = [kept];
    this.#size = kept.length;
  }
}
