/**
 * A program of the keeper, for one request of the server, which listens to it at a connection of its own.
 *
 *     waiting for the start ──▶ running ──▶ ended, told
 *                                  └──the server is gone──▶ running on for a while: what it is at is best done whole
 *                                                             ──too long──▶ SIGTERM ──▶ SIGKILL
 */
import type { Socket } from 'node:net';
import { FRAME, frameHead, FrameSplitter, jsonFrame, type FrameKind } from './program-frames.ts';
import { launchHere, type LocalProgram, type ProgramRequest } from './program.ts';

export interface ProgramRunOptions {
  socket: Socket;
  /** what came behind the `run` line */
  rest: Buffer;
  /** Resolves when it may start: nothing of an earlier server runs any more. */
  mayStart(): Promise<void>;
  /** how long it may run on without its server */
  orphanMs: number;
  /** So many bytes passed, in either direction. */
  onBytes(count: number): void;
}

/** What the server says of it at the start; its input follows. */
export type StartFrame = Omit<ProgramRequest, 'input'>;
/** The last frame of one that did not start. */
export interface FailedFrame {
  code: string;
  message: string;
}

/** git removes its lock files on SIGTERM; so long it may take. */
const TERM_GRACE_MS = 2_000;

export class ProgramRun {
  /** Resolves when it runs no more, if it ever did. */
  readonly gone: Promise<void>;
  readonly #o: ProgramRunOptions;
  readonly #gone = Promise.withResolvers<void>();
  readonly #splitter = new FrameSplitter();
  readonly #input: Buffer[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #start: StartFrame | null = null;
  #program: LocalProgram | null = null;
  /** nobody listens any more */
  #isLeft = false;
  #isOrphan = false;
  /** stopped, perhaps before it began */
  #isUnwanted = false;

  constructor(options: ProgramRunOptions) {
    this.#o = options;
    this.gone = this.#gone.promise;
    const { socket, rest } = options;
    socket.on('data', (chunk: Buffer) => this.#heard(chunk));
    socket.on('drain', () => this.#program?.hold(false));
    socket.once('close', () => this.#left());
    if (rest.length > 0) this.#heard(rest);
  }

  /** Ends it; one that has not begun never does. */
  end(): void {
    if (this.#program === null) this.#o.socket.destroy();
    this.#signal('SIGTERM');
    this.#timers.push(setTimeout(() => this.#signal('SIGKILL'), TERM_GRACE_MS));
  }

  /** Its server is gone, or another has taken over. */
  orphan(): void {
    if (this.#isOrphan) return;
    this.#isOrphan = true;
    this.#timers.push(setTimeout(() => this.end(), this.#o.orphanMs));
  }

  #heard(chunk: Buffer): void {
    this.#o.onBytes(chunk.length);
    try {
      for (const { kind, payload } of this.#splitter.push(chunk)) this.#take(kind, payload);
    } catch (cause) {
      this.#o.socket.destroy(cause as Error);
    }
  }

  #take(kind: FrameKind, payload: Buffer): void {
    if (kind === FRAME.start) this.#start = JSON.parse(payload.toString()) as StartFrame;
    else if (kind === FRAME.input) this.#input.push(payload);
    else if (kind === FRAME.inputEnd) void this.#run();
    else if (kind === FRAME.signal) this.#signal(payload.toString() === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM');
  }

  #signal(name: 'SIGTERM' | 'SIGKILL'): void {
    this.#isUnwanted = true;
    this.#program?.signal(name);
  }

  async #run(): Promise<void> {
    const start = this.#start;
    if (start === null) return void this.#o.socket.destroy();
    await this.#o.mayStart();
    if (this.#isUnwanted) {
      this.#o.socket.end(jsonFrame(FRAME.ended, { code: -1 }));
      return this.#gone.resolve();
    }
    this.#o.socket.write(frameHead(FRAME.began, 0));
    try {
      this.#program = launchHere(
        { ...start, input: Buffer.concat(this.#input) },
        {
          stdout: (chunk) => this.#said(FRAME.stdout, chunk),
          stderr: (chunk) => this.#said(FRAME.stderr, chunk),
        },
      );
      const code = await this.#program.ended;
      this.#o.socket.end(jsonFrame(FRAME.ended, { code }));
    } catch (cause) {
      const { code = '', message } = cause as NodeJS.ErrnoException;
      const failed: FailedFrame = { code, message };
      this.#o.socket.end(jsonFrame(FRAME.failed, failed));
    }
    for (const timer of this.#timers) clearTimeout(timer);
    this.#gone.resolve();
  }

  #said(kind: FrameKind, chunk: Buffer): void {
    this.#o.onBytes(chunk.length);
    if (this.#isLeft) return;
    const { socket } = this.#o;
    socket.write(frameHead(kind, chunk.length));
    if (!socket.write(chunk)) this.#program?.hold(true);
  }

  #left(): void {
    this.#isLeft = true;
    if (this.#program === null) {
      this.#isUnwanted = true;
      return this.#gone.resolve();
    }
    // Nobody reads it; it must not wait for that.
    this.#program.hold(false);
    this.orphan();
  }
}
