import type { Store } from '../store/store.ts';

/** How long nothing must have been written. */
const IDLE_MS = 2000;

/** Tidies the store while nothing is written, one small step an event-loop turn, and stops at the first write. */
export class IdleTidier implements Disposable {
  readonly #store: Store;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Something was written: the idle time begins anew. */
  workDone(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    if (this.#timer !== null) {
      this.#timer.refresh();
      return;
    }
    this.#timer = setTimeout(() => this.#step(), IDLE_MS).unref();
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }

  #step(): void {
    this.#immediate = null;
    try {
      if (this.#store.tidy()) this.#immediate = setImmediate(() => this.#step());
    } catch (error) {
      this.#onError(error);
    }
  }
}
