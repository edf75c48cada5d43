import { styleFor } from './style.ts';
import type { Style } from './style.ts';

/** A stream that text is written to. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
}

/**
 * What a command writes: answers to stdout, everything about them to stderr. On a terminal both are the same screen, so
 * it knows whether a line is open, and shows one passing line (`transient`) that the next output replaces.
 */
export class Screen {
  readonly #out: Sink;
  readonly #err: Sink;
  readonly style: Style;
  /** true: stdout is a terminal */
  readonly isTerminal: boolean;
  #openLine = false;
  #passing = false;

  constructor(out: Sink, err: Sink, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#err = err;
    this.isTerminal = out.isTTY === true;
    this.style = styleFor(err, env);
  }

  /** A piece of the answer, as it comes. */
  answer(text: string): void {
    if (text === '') return;
    this.#clearPassing();
    this.#out.write(text);
    this.#openLine = !text.endsWith('\n');
  }

  /** A whole line of the answer. */
  line(text: string): void {
    this.endLine();
    this.answer(`${text}\n`);
  }

  /** A line about what happens. */
  note(text: string): void {
    this.#clearPassing();
    if (this.isTerminal) this.endLine();
    this.#err.write(`${text}\n`);
  }

  /** A line that the next output replaces; only on a terminal. */
  transient(text: string): void {
    if (!this.isTerminal || this.#err.isTTY !== true) return;
    this.#clearPassing();
    this.endLine();
    this.#err.write(this.style.dim(text));
    this.#passing = true;
  }

  /** Ends the line that is open, if one is. */
  endLine(): void {
    this.#clearPassing();
    if (this.#openLine) this.#out.write('\n');
    this.#openLine = false;
  }

  #clearPassing(): void {
    if (this.#passing) this.#err.write('\r\u001b[2K');
    this.#passing = false;
  }
}
