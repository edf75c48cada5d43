/** Runs functions of the same key one after the other, those of different keys side by side. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Whether nothing of that key runs or waits. */
  isFree(key: string): boolean {
    return !this.#tails.has(key);
  }

  /** Waits for the earlier ones of that key, whether they succeed or fail, then runs `work`. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, promise);
    try {
      await before;
      return await work();
    } finally {
      if (this.#tails.get(key) === promise) this.#tails.delete(key);
      resolve();
    }
  }
}
