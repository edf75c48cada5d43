/**
 * Long work in slices, so that it never holds the event loop: ask `isOver` often (it is cheap), and `await next()` when it
 * says so.
 */
export class Slice {
  readonly #ms: number;
  #end: number;

  constructor(ms = 8) {
    this.#ms = ms;
    this.#end = performance.now() + ms;
  }

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Resolves in a later turn of the event loop, with a new slice. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(resolve);
    await promise;
    this.#end = performance.now() + this.#ms;
  }
}
