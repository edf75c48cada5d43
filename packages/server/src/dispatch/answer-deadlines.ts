import { toErrorInfo } from '@pilotlight/protocol';

/** How long a full disk is given until what is due is tried again. */
const ROOM_MS = 500;
/** The longest a timer can be set to. */
const MAX_MS = 2 ** 31 - 1;

export interface AnswerDeadlinesOptions {
  /** the earliest deadline of all open requests (epoch ms); null when none has any */
  next(): number | null;
  /** answers what is due */
  expire(): void;
  /** epoch ms */
  now(): number;
}

/** One timer, for the next deadline; the rows say which that is, so a restart changes nothing. */
export class AnswerDeadlines implements Disposable {
  readonly #o: AnswerDeadlinesOptions;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: AnswerDeadlinesOptions) {
    this.#o = options;
  }

  /** After a request was opened or answered, and at the start. */
  look(): void {
    const next = this.#o.next();
    if (next === null) this[Symbol.dispose]();
    else this.#set(Math.min(Math.max(next - this.#o.now(), 0), MAX_MS));
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #set(ms: number): void {
    this[Symbol.dispose]();
    this.#timer = setTimeout(() => this.#ring(), ms).unref();
  }

  #ring(): void {
    try {
      this.#o.expire();
      this.look();
    } catch (error) {
      if (toErrorInfo(error).code !== 'store_full') throw error;
      this.#set(ROOM_MS);
    }
  }
}
