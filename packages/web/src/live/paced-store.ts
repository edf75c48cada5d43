/**
 * A value that changes faster than anybody can look. Readers are told at most once a painted frame; while the page is
 * hidden (and paints nothing) at most every quarter second, so that notifications still come.
 */
export class PacedStore<T> {
  #value: T;
  #told: T;
  #scheduled = false;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
    this.#told = initial;
  }

  /** The newest value; what readers were told of is `snapshot`. */
  get value(): T {
    return this.#value;
  }

  readonly snapshot = (): T => this.#told;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(value: T): void {
    if (Object.is(this.#value, value)) return;
    this.#value = value;
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (document.hidden) setTimeout(this.#tell, 250);
    else requestAnimationFrame(this.#tell);
  }

  /** As `set`, and readers are told at once: for what a key press did. */
  setNow(value: T): void {
    this.#value = value;
    this.#tell();
  }

  readonly #tell = (): void => {
    this.#scheduled = false;
    if (Object.is(this.#told, this.#value)) return;
    this.#told = this.#value;
    for (const listener of this.#listeners) listener();
  };
}
