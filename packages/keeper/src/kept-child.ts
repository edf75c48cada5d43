/**
 * A process of the keeper with everything that a later server may want of it.
 *
 *     running ──▶ exited ──the exit was told, its output and input acknowledged; or forget()──▶ forgotten
 *
 * A server attaches and goes (by its death, or another takes over); the process does not notice.
 */
import { PilotlightError } from '@pilotlight/protocol/error';
import type { Socket } from 'node:net';
import { Attachment } from './attachment.ts';
import type { EventSink } from './event-sink.ts';
import { InputLines } from './input-lines.ts';
import type { LocalChild } from './local-child.ts';
import type { KillDeadlines, ProcessExit } from './process-port.ts';
import type { RetainedOutput } from './retained-output.ts';
import { StderrFeed } from './stderr-feed.ts';
import { encode, wireError, type Listed } from './wire.ts';

export interface KeptChildOptions {
  child: LocalChild;
  owner: string;
  tag: string;
  output: RetainedOutput;
  /** bytes of a line to stdin */
  lineLimit?: number | undefined;
  /** bytes an attached server may be behind before the process is held back */
  behindLimit: number;
  /** So many bytes passed, in either direction. */
  onBytes(count: number): void;
  /** Nothing of it is needed any more. */
  onForgotten(): void;
}

/** How long stderr may come after the exit, for instance from a grandchild that holds it. */
const stderrJoinMs = 250;
const spillRetryMs = 1000;

export class KeptChild {
  readonly #options: KeptChildOptions;
  readonly #child: LocalChild;
  readonly #output: RetainedOutput;
  readonly #input: InputLines;
  readonly #stderr: StderrFeed;
  /** Resolves when the exit can be told: stderr is complete, as far as it comes. */
  readonly #exitKnown: Promise<ProcessExit>;
  #attachment: Attachment | null = null;
  #sink: EventSink | null = null;
  #closeAt: number | null = null;
  #exit: ProcessExit | null = null;
  #exitedAt: number | null = null;
  #ended = { exit: false, told: false, eof: false, gone: false, forgotten: false };
  #retry: NodeJS.Timeout | undefined;

  constructor(options: KeptChildOptions) {
    const { child } = options;
    this.#options = options;
    this.#child = child;
    this.#output = options.output;
    this.#input = new InputLines(options.lineLimit);
    this.#stderr = new StderrFeed(child.id);
    child.stdout.on('data', (chunk: Buffer) => this.#said(chunk));
    child.stdout.on('error', () => {});
    child.stdout.once('end', () => this.#eof());
    child.stdout.once('close', () => this.#eof());
    child.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    child.stdin.on('drain', () => this.#attachment?.resumeInput());
    child.stdin.on('error', (cause) => this.#stdinFailed(cause.message));
    // What is still written has nowhere to go, and must not hold its writer.
    child.stdin.once('close', () => this.#attachment?.resumeInput());
    const stderrEnd = new Promise<void>((resolve) => child.stderr.once('close', resolve));
    this.#exitKnown = child.exited.then(async (exit) => {
      this.#exit = exit;
      this.#exitedAt = Date.now();
      await within(stderrEnd, stderrJoinMs);
      this.#ended.exit = true;
      this.#tellExit();
      return exit;
    });
    void child.gone.then(() => {
      this.#ended.gone = true;
      this.#settle();
    });
  }

  get retained(): { memory: number; spilled: number } {
    return { memory: this.#output.memoryBytes, spilled: this.#output.spilledBytes };
  }

  listed(): Listed {
    const { child, owner, tag } = this.#options;
    return {
      process: child.id,
      owner,
      tag,
      pid: child.pid,
      startedAt: child.startedAt,
      exit: this.#exit,
      exitedAt: this.#exitedAt,
      output: { from: this.#output.from, to: this.#output.to },
      input: { accepted: this.#input.accepted, lines: this.#input.lines() },
    };
  }

  /**
   * Gives the socket to the server, from the offset on; an earlier one is closed. `rest`: what came behind the attach line.
   * @throws PilotlightError `invalid_request` when the output is not kept from there on
   */
  attach(socket: Socket, offset: number, rest: Buffer, sink: EventSink): void {
    if (offset < this.#output.from || offset > this.#output.to) {
      throw new PilotlightError(
        'invalid_request',
        `The output of ${this.#options.owner} is kept from ${this.#output.from} to ${this.#output.to}, not from ${offset}.`,
      );
    }
    this.detach();
    this.#sink = sink;
    socket.write(encode({ ok: { accepted: this.#input.accepted } }));
    const attachment: Attachment = new Attachment(socket, this.#output, offset, {
      input: (chunk) => this.#attachment === attachment && this.#written(chunk),
      progress: () => this.#regulate(),
      closed: () => this.#attachment === attachment && this.#release(),
    });
    this.#attachment = attachment;
    this.#stderr.connect(sink, this.#child.stderrBytes());
    if (rest.length > 0) this.#written(rest);
    if (!this.#exit && !this.#child.stdin.writable) this.#stdinFailed('it was closed');
    if (this.#ended.eof) this.#tellEof();
    else attachment.catchUp();
    this.#tellExit();
    this.#regulate();
  }

  /** Takes it from the server that has it, if any. */
  detach(): void {
    const attachment = this.#attachment;
    this.#sink = null;
    this.#stderr.connect(null, Buffer.alloc(0));
    this.#release();
    attachment?.close();
  }

  acknowledge(output: number, input: number): void {
    // Nobody can have done with what was not given to it.
    this.#output.acknowledge(Math.min(output, this.#attachment?.cursor ?? this.#output.to));
    this.#input.acknowledge(input);
    this.#regulate();
    this.#settle();
  }

  closeStdin(at: number): void {
    this.#closeAt = at;
    this.#closeWhenReached();
  }

  /** The kill ladder. Resolves when the process and its group are gone, and the exit was told. */
  async end(deadlines?: KillDeadlines): Promise<ProcessExit> {
    await this.#child.end(deadlines);
    return this.#exitKnown;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  /** @throws PilotlightError `conflict` while it runs */
  forget(): void {
    if (!this.#exit) {
      throw new PilotlightError(
        'conflict',
        `${this.#options.owner} (process ${this.#child.pid}) still runs; end it before it is forgotten.`,
      );
    }
    if (this.#ended.forgotten) return;
    this.#ended.forgotten = true;
    clearTimeout(this.#retry);
    if (this.#attachment?.behind !== 0) this.#attachment?.close();
    this.#child.stdout.destroy();
    this.#output.remove();
    this.#sink?.send({ event: 'forgotten', process: this.#child.id });
    this.#options.onForgotten();
  }

  #said(chunk: Buffer): void {
    if (this.#ended.forgotten) return;
    this.#attachment?.live(chunk);
    this.#output.push(chunk);
    this.#options.onBytes(chunk.length);
    this.#regulate();
  }

  #eof(): void {
    if (this.#ended.eof) return;
    this.#ended.eof = true;
    this.#tellEof();
    this.#settle();
  }

  #tellEof(): void {
    this.#sink?.send({ event: 'eof', process: this.#child.id, offset: this.#output.to });
    this.#attachment?.finish();
  }

  #tellExit(): void {
    if (!this.#ended.exit || !this.#exit || !this.#sink) return;
    this.#stderr.flush();
    this.#sink.send({ event: 'exit', process: this.#child.id, exit: this.#exit });
    this.#ended.told = true;
    this.#settle();
  }

  #settle(): void {
    const { told, eof, gone, forgotten } = this.#ended;
    const acknowledged = this.#output.from === this.#output.to && !this.#input.remembers;
    if (told && eof && gone && acknowledged && !forgotten) this.forget();
  }

  /** Holds the process back, or lets it go on. */
  #regulate(): void {
    if (this.#output.failure) {
      this.#output.relieve();
      clearTimeout(this.#retry);
      if (this.#output.failure) this.#retry = setTimeout(() => this.#regulate(), spillRetryMs).unref();
    }
    const hold = this.#output.full || (this.#attachment?.behind ?? 0) > this.#options.behindLimit;
    const { stdout } = this.#child;
    // Asked each time: at the exit Node lets a paused pipe flow again.
    if (hold === stdout.isPaused()) return;
    if (hold) stdout.pause();
    else stdout.resume();
  }

  #written(chunk: Buffer): void {
    const { stdin } = this.#child;
    if (!stdin.writable) return;
    try {
      for (const bytes of this.#input.push(chunk)) stdin.write(bytes);
    } catch (cause) {
      this.#sink?.send({ event: 'detached', process: this.#child.id, error: wireError(cause) });
      this.#attachment?.close();
      return;
    }
    this.#options.onBytes(chunk.length);
    if (stdin.writableNeedDrain) this.#attachment?.pauseInput();
    this.#closeWhenReached();
  }

  #closeWhenReached(): void {
    if (this.#closeAt === null || this.#input.received < this.#closeAt) return;
    this.#closeAt = null;
    if (!this.#child.stdin.writable) return;
    for (const bytes of this.#input.takeHalf()) this.#child.stdin.write(bytes);
    this.#child.closeStdin();
  }

  #stdinFailed(reason: string): void {
    this.#sink?.send({
      event: 'stdin_closed',
      process: this.#child.id,
      error: {
        code: 'agent_failed',
        message: `${this.#options.owner} reads its stdin no more: ${reason}`,
      },
    });
  }

  /** The server is gone: its half line goes, its process may work on. */
  #release(): void {
    this.#attachment = null;
    this.#closeAt = null;
    this.#input.discardHalf();
    this.#regulate();
  }
}

async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, milliseconds);
  await Promise.race([promise, timeout.promise]);
  clearTimeout(timer);
}
