import { PilotlightError } from '@pilotlight/protocol';

const DEFAULT_LIMIT = 64 * 1024 * 1024;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** What happens while the disk takes nothing: tries again ever less often, and bounds what waits in memory. */
export class PendingLimit implements Disposable {
  readonly #limit: number;
  readonly #retry: () => void;
  #length = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(limit: number | undefined, retry: () => void) {
    this.#limit = limit ?? DEFAULT_LIMIT;
    this.#retry = retry;
  }

  /** Whether the last write failed and the next try is yet to come. */
  get isWaiting(): boolean {
    return this.#timer !== null;
  }

  /** @throws PilotlightError `store_full` when nothing more may wait */
  check(file: string): void {
    if (this.#failures === 0 || this.#length < this.#limit) return;
    throw new PilotlightError(
      'store_full',
      `${Math.round(this.#length / 1024 / 1024)} MiB wait to be written to ${file}, which takes nothing. Free space on ` +
        'that disk; what waits is then saved by itself.',
      { details: { file } },
    );
  }

  add(length: number): void {
    this.#length += length;
  }

  clear(): void {
    this.#length = 0;
    this.#failures = 0;
    this[Symbol.dispose]();
  }

  failed(): void {
    this[Symbol.dispose]();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#retry();
    }, wait);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
