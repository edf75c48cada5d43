import { PilotlightError } from '@pilotlight/protocol/error';
import type { Socket } from 'node:net';
import { ChunkQueue } from './chunk-queue.ts';
import { errorOf, type KeeperLink } from './keeper-link.ts';
import type { ChildProcessPort, KillDeadlines, ProcessExit } from './process-port.ts';
import { treeMemory } from './process-tree.ts';
import { TailBuffer } from './tail-buffer.ts';
import type { KeeperEvent } from './wire.ts';

const stderrLimit = 64 * 1024;
/** bytes read ahead of the reader */
const queueBytes = 256 * 1024;
/** how long the rest of the output of a process that was ended is waited for before the keeper forgets it */
const forgetMs = 2000;

export interface RemoteProcess {
  id: string;
  owner: string;
  pid: number;
  startedAt: number;
}

/**
 * A process of the keeper, held by this server.
 *
 *     attached ──exit──▶ ended
 *        └──another server takes over, or this one leaves──▶ silent: nothing more is told, `write` fails
 *        └──the keeper dies──▶ ended, as by SIGKILL
 */
export class RemoteChild implements ChildProcessPort {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly stdout: ChunkQueue;
  readonly exited: Promise<ProcessExit>;
  readonly #owner: string;
  readonly #link: KeeperLink;
  readonly #stderr = new TailBuffer(stderrLimit);
  readonly #exit = Promise.withResolvers<ProcessExit>();
  readonly #onForgotten: () => void;
  readonly #drained = Promise.withResolvers<void>();
  #socket: Socket | null = null;
  #received: number;
  #eof: number | null = null;
  #written = 0;
  #acknowledged = { output: -1, input: -1 };
  #hasExited = false;
  /** why nothing can be written any more */
  #closed: Error | null = null;

  private constructor(link: KeeperLink, process: RemoteProcess, offset: number, onForgotten: () => void) {
    this.id = process.id;
    this.pid = process.pid;
    this.startedAt = process.startedAt;
    this.exited = this.#exit.promise;
    this.#owner = process.owner;
    this.#link = link;
    this.#onForgotten = onForgotten;
    this.#received = offset;
    this.stdout = new ChunkQueue(queueBytes, () => this.#socket?.resume());
    link.listen(this.id, (event) => this.#told(event));
    void link.ended.then((why) => this.#linkEnded(why === 'lost'));
  }

  /**
   * `offset`: where its stdout begins. `onForgotten`: called when the keeper has nothing more of it.
   * @throws PilotlightError as the keeper answers
   */
  static async attach(
    link: KeeperLink,
    process: RemoteProcess,
    offset: number,
    onForgotten: () => void,
  ): Promise<RemoteChild> {
    // Before the keeper hears of it, since events may come before the answer does.
    const child = new RemoteChild(link, process, offset, onForgotten);
    try {
      const { socket, rest, accepted } = await link.attach(process.id, offset);
      child.#begin(socket, rest, accepted);
      return child;
    } catch (cause) {
      link.listen(process.id, null);
      throw cause;
    }
  }

  get written(): number {
    return this.#written;
  }

  acknowledge(output: number, input: number): void {
    if (output === this.#acknowledged.output && input === this.#acknowledged.input) return;
    this.#acknowledged = { output, input };
    this.#link.post('ack', { process: this.id, output, input });
  }

  write(bytes: Uint8Array | string): Promise<void> {
    const socket = this.#socket;
    if (this.#closed || !socket) return Promise.reject(this.#closed ?? this.#link.endError());
    this.#written += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
    return new Promise((resolve, reject) => {
      socket.write(bytes, (cause) => (cause ? reject(this.#closed ?? cause) : resolve()));
    });
  }

  closeStdin(): void {
    if (this.#closed) return;
    this.#closed = new Error(`write after end: stdin of ${this.#owner} is closed`);
    this.#link.post('close_stdin', { process: this.id, input: this.#written });
  }

  stderrTail(): string {
    return this.#stderr.text();
  }

  async end(deadlines?: KillDeadlines): Promise<ProcessExit> {
    this.#closed ??= new Error(`write after end: ${this.#owner} is ended`);
    try {
      const ask = { process: this.id, ...(deadlines === undefined ? {} : { deadlines }) };
      const { exit } = await this.#link.request('end', ask);
      this.#ended(exit);
      void this.#forgetWhenDrained();
    } catch (cause) {
      // It is forgotten already, or has ended with its keeper.
      if (!this.#hasExited) throw cause;
    }
    return this.exited;
  }

  async memoryBytes(): Promise<number | null> {
    return this.#hasExited ? null : treeMemory(this.pid);
  }

  /** Lets go of it; what was written still arrives. `end`: it has ended, and so does its stdout. */
  leave(how: 'end' | 'leave'): void {
    if (how === 'end') this.stdout.end();
    this.#closed ??= new PilotlightError('server_stopping', 'The server has let go of its processes.');
    this.#link.listen(this.id, null);
    this.#socket?.removeAllListeners('data');
    this.#socket?.resume();
    this.#socket?.end();
  }

  #begin(socket: Socket, rest: Buffer, accepted: number): void {
    this.#socket = socket;
    this.#written = accepted;
    socket.on('data', (chunk: Buffer) => this.#said(chunk));
    socket.once('close', () => this.#settleOutput());
    if (rest.length > 0) this.#said(rest);
    if (!this.stdout.full) socket.resume();
  }

  #said(chunk: Buffer): void {
    this.#received += chunk.length;
    this.stdout.push(chunk);
    if (this.stdout.full) this.#socket?.pause();
    if (this.#eof !== null) this.#settleOutput();
  }

  #told(event: Exclude<KeeperEvent, { event: 'replaced' }>): void {
    switch (event.event) {
      case 'stderr':
        this.#stderr.push(Buffer.from(event.bytes, 'base64'));
        break;
      case 'exit':
        this.#ended(event.exit);
        break;
      case 'eof':
        this.#eof = event.offset;
        this.#settleOutput();
        break;
      case 'stdin_closed':
        this.#closed ??= errorOf(event.error);
        break;
      case 'forgotten':
        this.#link.listen(this.id, null);
        this.#onForgotten();
        break;
      default:
        this.#closed = errorOf(event.error);
        this.stdout.end(this.#closed);
    }
  }

  #ended(exit: ProcessExit): void {
    this.#hasExited = true;
    this.#closed ??= new PilotlightError(
      'agent_failed',
      `${this.#owner} has ended; nothing can be written to it.`,
    );
    this.#exit.resolve(exit);
  }

  /** The connection's end alone says nothing: it may be the process's, the keeper's or another server's doing. */
  #settleOutput(): void {
    if (this.#eof === null || this.#received < this.#eof) return;
    this.stdout.end();
    this.#drained.resolve();
  }

  #linkEnded(lost: boolean): void {
    this.#closed ??= this.#link.endError();
    if (!lost) return;
    // Nothing is known of how; without its keeper no process is kept.
    this.#ended({ code: null, signal: 'SIGKILL' });
    this.stdout.end();
    this.#drained.resolve();
  }

  async #forgetWhenDrained(): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, forgetMs);
    await Promise.race([this.#drained.promise, timeout.promise]);
    clearTimeout(timer);
    this.#link.post('forget', { process: this.id });
  }
}
