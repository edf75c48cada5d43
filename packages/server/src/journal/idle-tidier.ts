import type { Store } from '../store/store.ts';

/** How long nothing must have been written. */
const IDLE_MS = 2000;
/** On a server that is never idle, tidying waits no longer than this. */
const LONGEST_WAIT_MS = 30_000;

/** Tidies the store when nothing was written for a while, one small step an event-loop turn, and its log after a turn. */
export class IdleTidier implements Disposable {
  readonly #store: Store;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  /** of the first write since the last tidying, on the clock of `performance.now` */
  #dirtySince: number | null = null;

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Something was written. */
  workDone(): void {
    if (this.#immediate !== null) return;
    const now = performance.now();
    this.#dirtySince ??= now;
    if (this.#timer === null) this.#timer = setTimeout(() => this.#step(), IDLE_MS).unref();
    else if (now - this.#dirtySince < LONGEST_WAIT_MS) this.#timer.refresh();
  }

  /** A turn has ended: its bytes on disk are at most three times its content, also when the next one follows at once. */
  turnEnded(): void {
    try {
      this.#store.shortenLog();
    } catch (error) {
      this.#onError(error);
    }
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }

  #step(): void {
    this.#immediate = null;
    this.#timer = null;
    this.#dirtySince = null;
    try {
      if (this.#store.tidy()) this.#immediate = setImmediate(() => this.#step());
    } catch (error) {
      this.#onError(error);
    }
  }
}
