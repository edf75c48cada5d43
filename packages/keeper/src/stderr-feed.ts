import type { EventSink } from './event-sink.ts';
import { TailBuffer } from './tail-buffer.ts';

const pushLimit = 64 * 1024;

/** Tells the owner what a process says on stderr: what came in one turn of the event loop at once, of a flood the last. */
export class StderrFeed {
  readonly #process: string;
  #sink: EventSink | null = null;
  #pending: TailBuffer | null = null;

  constructor(process: string) {
    this.#process = process;
  }

  /** To whom from now on, null for nobody. `tail`: what was said until now. */
  connect(sink: EventSink | null, tail: Buffer): void {
    this.#sink = sink;
    this.#pending = null;
    if (sink && tail.length > 0) this.#send(tail);
  }

  push(chunk: Buffer): void {
    if (!this.#sink) return;
    if (!this.#pending) {
      this.#pending = new TailBuffer(pushLimit);
      setImmediate(() => this.#next());
    }
    this.#pending.push(chunk);
  }

  /** Now, also when the owner does not read. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending) this.#send(pending.bytes());
  }

  #next(): void {
    if (this.#sink?.clogged) this.#sink.whenDrained(() => this.#next());
    else this.flush();
  }

  #send(bytes: Buffer): void {
    this.#sink?.send({ event: 'stderr', process: this.#process, bytes: bytes.toString('base64') });
  }
}
