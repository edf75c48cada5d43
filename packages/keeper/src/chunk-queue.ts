/** Chunks that came and were not taken yet, for one reader. Cheaper than a stream, and it can be left unread for ever. */
export class ChunkQueue implements AsyncIterable<Uint8Array> {
  readonly #limit: number;
  readonly #onTaken: () => void;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #end: { error: Error | null } | null = null;
  #dropping = false;
  #waiting: PromiseWithResolvers<IteratorResult<Uint8Array>> | null = null;

  /** `limit`: bytes from which on it is full. `onTaken`: it was full and is not any more. */
  constructor(limit: number, onTaken: () => void) {
    this.#limit = limit;
    this.#onTaken = onTaken;
  }

  get full(): boolean {
    return this.#size >= this.#limit;
  }

  push(chunk: Uint8Array): void {
    if (this.#dropping || this.#end) return;
    if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** After what it holds; an error is thrown to the reader. */
  end(error: Error | null = null): void {
    if (this.#end) return;
    this.#end = { error };
    const waiting = this.#waiting;
    this.#waiting = null;
    if (error) waiting?.reject(error);
    else waiting?.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next(), return: () => this.#drop() };
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      const full = this.full;
      this.#size -= chunk.length;
      if (full && !this.full) this.#onTaken();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#end?.error) return Promise.reject(this.#end.error);
    if (this.#end) return Promise.resolve({ done: true, value: undefined });
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** The reader wants no more: what still comes is dropped, so that the process is not held back. */
  #drop(): Promise<IteratorResult<Uint8Array>> {
    this.#dropping = true;
    this.#chunks = [];
    this.#size = 0;
    this.#onTaken();
    return Promise.resolve({ done: true, value: undefined });
  }
}
