import type { Socket } from 'node:net';
import type { RetainedOutput } from './retained-output.ts';

/** bytes read from what is kept at once, for a server that catches up */
const catchUpBytes = 256 * 1024;

export interface AttachmentHandlers {
  input(chunk: Buffer): void;
  /** The server took some of what it was behind. */
  progress(): void;
  /** The server closed it, or died. */
  closed(): void;
}

/**
 * A process's own connection to the server.
 *
 *     live: each chunk is written as it comes ──socket full──▶ behind: read from what is kept, as the socket drains ──▶ live
 */
export class Attachment {
  readonly #socket: Socket;
  readonly #output: RetainedOutput;
  #cursor: number;
  #clogged = false;
  #finishing = false;

  /** `offset`: where the server wants to begin; between `output.from` and `output.to`. */
  constructor(socket: Socket, output: RetainedOutput, offset: number, handlers: AttachmentHandlers) {
    this.#socket = socket;
    this.#output = output;
    this.#cursor = offset;
    socket.on('data', (chunk: Buffer) => handlers.input(chunk));
    socket.on('drain', () => {
      this.#clogged = false;
      this.catchUp();
      handlers.progress();
    });
    socket.once('close', () => handlers.closed());
  }

  /** Offset up to which the server was given everything. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Bytes that the server was not given yet. */
  get behind(): number {
    return this.#output.to - this.#cursor;
  }

  /** A chunk that is about to be kept: to the server at once, when it has everything before. */
  live(chunk: Buffer): void {
    if (this.#clogged || this.behind > 0) return;
    this.#clogged = !this.#socket.write(chunk);
    this.#cursor += chunk.length;
  }

  /** Gives what is kept, as far as the socket takes it. */
  catchUp(): void {
    while (!this.#clogged && this.behind > 0) {
      const bytes = this.#output.read(this.#cursor, catchUpBytes);
      this.#clogged = !this.#socket.write(bytes);
      this.#cursor += bytes.length;
    }
    if (this.#finishing && this.behind === 0) this.#socket.end();
  }

  /** There will be no more output: closes when everything was given. */
  finish(): void {
    this.#finishing = true;
    this.catchUp();
  }

  pauseInput(): void {
    this.#socket.pause();
  }

  resumeInput(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}
