/**
 * Shares the event loop among readers: in one turn of the loop all of them together work `sliceMs`, then they wait for the
 * next turn, one after the other. So many flooding agents hold the loop no longer than one.
 */
export class LoopShare {
  readonly #sliceMs: number;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #turnStart = 0;
  #armed = false;

  /** `now`: ms, of a clock that never goes back */
  constructor(sliceMs = 8, now = () => performance.now()) {
    this.#sliceMs = sliceMs;
    this.#now = now;
  }

  /** Whether this turn of the event loop has time left. */
  hasTime(): boolean {
    const now = this.#now();
    if (!this.#armed) {
      this.#turnStart = now;
      this.#arm();
    }
    return now - this.#turnStart < this.#sliceMs;
  }

  /** Resolves in a later turn of the event loop, when it is this caller's. */
  nextTurn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#arm();
    return promise;
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      this.#waiting.shift()?.();
      if (this.#waiting.length === 0) return;
      this.#turnStart = this.#now();
      this.#arm();
    });
  }
}
