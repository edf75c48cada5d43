/**
 * The keeper of a data folder: owns the processes, so that they outlive the server.
 *
 *     listening ──nobody and nothing for `idleMs`, SIGTERM, or shutdown: every process by the kill ladder──▶ ended
 *
 * One connection at a time is the owner, who is told of events and attaches processes; others may look and shut down.
 */
import { PilotlightError } from '@pilotlight/protocol/error';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { BlockPool } from './block-pool.ts';
import { ControlConnection } from './control-connection.ts';
import { KeptChild } from './kept-child.ts';
import { Ledger } from './ledger.ts';
import { onFirstLine } from './line-splitter.ts';
import { LocalProcesses } from './local-processes.ts';
import { parseRequest, requestId } from './parse-request.ts';
import type { KillDeadlines } from './process-port.ts';
import { ProgramRun } from './program-run.ts';
import { reapLeftovers } from './reaper.ts';
import { RetainedOutput, type RetainLimits } from './retained-output.ts';
import { FIRST_LINE_LIMIT, encode, wireError, type Ask, type Requests, type Stats } from './wire.ts';

export interface KeeperOptions {
  version: number;
  secret: string;
  ledgerFolder: string;
  /** of this version's keeper alone; exists */
  spillFolder: string;
  /** milliseconds without a process and a connection after which it ends */
  idleMs: number;
  retain: RetainLimits;
  /** bytes of output in memory, all processes together */
  memoryLimit: number;
  /** milliseconds that a program which was started for one request may run on without its server */
  orphanMs: number;
  /** bytes of a line to stdin */
  lineLimit?: number | undefined;
  log(text: string): void;
}

/** Somebody who says nothing is no server. */
const silenceMs = 10_000;
/** Bytes that pass before the young generation is cleared: left alone, the chunks of a flood pile up to tens of megabytes. */
const sweepBytes = 2 ** 19;
/** Bytes of chunks that had grown old meanwhile, in a socket for instance, from which on they are cleared too (6 ms). */
const oldBytes = 2 ** 21;

export class Keeper {
  /** Resolves when it is to end: nothing runs any more. */
  readonly done: Promise<void>;
  readonly #options: KeeperOptions;
  readonly #processes: LocalProcesses;
  readonly #reaped: Promise<unknown>;
  readonly #children = new Map<string, KeptChild>();
  /** with the session of the server they run for */
  readonly #runs = new Map<ProgramRun, number>();
  readonly #sockets = new Set<Socket>();
  readonly #pool: BlockPool;
  readonly #secret: Buffer;
  readonly #startedAt = Date.now();
  readonly #done = Promise.withResolvers<void>();
  #owner: ControlConnection | null = null;
  #session = 0;
  #stopping = false;
  #unswept = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions) {
    const ledger = new Ledger(options.ledgerFolder);
    this.#options = options;
    this.#processes = new LocalProcesses(ledger);
    this.#pool = new BlockPool(options.memoryLimit);
    this.#secret = digest(options.secret);
    this.done = this.#done.promise;
    this.#reaped = reapLeftovers(ledger).then(
      ({ ended, leftBehind }) => {
        if (ended.length + leftBehind.length > 0) {
          options.log(`ended what an earlier owner left: ${ended.length + leftBehind.length} processes`);
        }
      },
      (cause: unknown) => options.log(`cannot look for what earlier owners left: ${String(cause)}`),
    );
    this.#watchIdle();
  }

  /** Takes a connection whose socket was just accepted. */
  accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.#watchIdle();
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#watchIdle();
    });
    socket.setTimeout(silenceMs, () => socket.destroy());
    onFirstLine(socket, FIRST_LINE_LIMIT, (line, rest) => {
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      try {
        this.#begin(socket, line, rest);
      } catch (cause) {
        socket.end(encode({ id: requestId(line), error: wireError(cause) }));
      }
    });
  }

  /** Ends every process by the ladder, then is done. */
  async shutdown(deadlines?: KillDeadlines): Promise<void> {
    this.#stopping = true;
    await Promise.allSettled([...this.#children.values()].map((child) => child.end(deadlines)));
    for (const run of this.#runs.keys()) run.end();
    await Promise.all([...this.#runs.keys()].map((run) => run.gone));
    await this.#processes.dispose();
    for (const child of this.#children.values()) if (child.listed().exit) child.forget();
    // The answer goes out before the process does.
    setImmediate(() => this.#done.resolve());
  }

  #begin(socket: Socket, line: string, rest: Buffer): void {
    const first = parseRequest(line);
    if (first.type !== 'hello' && first.type !== 'attach' && first.type !== 'run') {
      throw new PilotlightError('unauthorized', 'A connection begins with hello, attach or run.');
    }
    if (!timingSafeEqual(digest(first.secret), this.#secret)) {
      throw new PilotlightError(
        'unauthorized',
        'The keeper of this data folder has another secret. Use the data folder that started it.',
      );
    }
    if (first.type === 'hello') this.#hello(socket, first, rest);
    else {
      if (first.session !== this.#session || !this.#owner) {
        throw new PilotlightError('conflict', 'Another server is the owner of the keeper now.');
      }
      if (first.type === 'run') this.#run(socket, rest);
      else this.#child(first.process).attach(socket, first.offset, rest, this.#owner);
    }
  }

  #hello(socket: Socket, hello: Ask & { type: 'hello' }, rest: Buffer): void {
    const { version } = this.#options;
    if (hello.protocol !== version) {
      throw new PilotlightError('conflict', `This keeper speaks version ${version}, not ${hello.protocol}.`);
    }
    const owner = hello.observer !== true;
    if (owner) this.#takeOver();
    const { id } = hello;
    const answer: Requests['hello']['answer'] = {
      pid: process.pid,
      protocol: version,
      startedAt: this.#startedAt,
      session: owner ? this.#session : 0,
    };
    if (id !== undefined) socket.write(encode({ id, ok: answer }));
    const connection: ControlConnection = new ControlConnection(socket, rest, (ask) =>
      this.#answer(ask, connection),
    );
    if (!owner) return;
    this.#owner = connection;
    socket.once('close', () => {
      if (this.#owner === connection) this.#owner = null;
    });
  }

  /** What the last owner has attached is free again. */
  #takeOver(): void {
    this.#session += 1;
    const last = this.#owner;
    this.#owner = null;
    last?.replace();
    for (const child of this.#children.values()) child.detach();
    for (const run of this.#runs.keys()) run.orphan();
  }

  #answer(ask: Ask, connection: ControlConnection): Promise<object> | object {
    const observer = connection !== this.#owner;
    if (observer && !['list', 'stats', 'shutdown'].includes(ask.type)) {
      throw new PilotlightError('forbidden', `Only the owner of the keeper may say ${ask.type}.`);
    }
    switch (ask.type) {
      case 'spawn':
        return this.#spawn(ask);
      case 'list':
        return this.#list();
      case 'signal':
        this.#child(ask.process).signal(ask.signal);
        return {};
      case 'end':
        return this.#child(ask.process)
          .end(ask.deadlines)
          .then((exit) => ({ exit }));
      case 'forget':
        this.#children.get(ask.process)?.forget();
        return {};
      case 'ack':
        this.#children.get(ask.process)?.acknowledge(ask.output, ask.input);
        return {};
      case 'close_stdin':
        this.#children.get(ask.process)?.closeStdin(ask.input);
        return {};
      case 'stats':
        return this.#stats();
      case 'shutdown':
        return this.shutdown(ask.deadlines).then(() => ({}));
      default:
        throw new PilotlightError('invalid_request', `${ask.type} is not for here.`);
    }
  }

  /** Two servers must not be at one repository: what an earlier one has begun ends first. */
  #run(socket: Socket, rest: Buffer): void {
    if (this.#stopping) throw new PilotlightError('server_stopping', 'The keeper stops.');
    const session = this.#session;
    const earlier = [...this.#runs].filter(([, one]) => one !== session).map(([run]) => run.gone);
    const run = new ProgramRun({
      socket,
      rest,
      mayStart: async () => void (await Promise.all(earlier)),
      orphanMs: this.#options.orphanMs,
      onBytes: (count) => this.#sweep(count),
    });
    this.#runs.set(run, session);
    void run.gone.then(() => {
      this.#runs.delete(run);
      this.#watchIdle();
    });
  }

  async #spawn(ask: Requests['spawn']['ask']): Promise<Requests['spawn']['answer']> {
    await this.#reaped;
    if (this.#stopping) {
      throw new PilotlightError('server_stopping', `${ask.owner} is not started: the keeper stops.`);
    }
    const { retain, spillFolder, lineLimit } = this.#options;
    const child = await this.#processes.spawn(ask);
    const { id } = child;
    const kept = new KeptChild({
      child,
      owner: ask.owner,
      tag: ask.tag ?? '',
      output: new RetainedOutput(join(spillFolder, id), this.#pool, retain),
      lineLimit,
      behindLimit: retain.memory,
      onBytes: (count) => this.#sweep(count),
      onForgotten: () => {
        this.#children.delete(id);
        this.#watchIdle();
      },
    });
    this.#children.set(id, kept);
    this.#watchIdle();
    return { process: id, pid: child.pid, startedAt: child.startedAt };
  }

  async #list(): Promise<Requests['list']['answer']> {
    await this.#reaped;
    return { processes: [...this.#children.values()].map((child) => child.listed()) };
  }

  #child(id: string): KeptChild {
    const child = this.#children.get(id);
    if (child) return child;
    throw new PilotlightError('not_found', `The keeper has no process ${id} any more.`);
  }

  #stats(): Stats {
    const retained = [...this.#children.values()].map((child) => child.retained);
    return {
      pid: process.pid,
      memory: process.memoryUsage.rss(),
      processes: this.#children.size,
      retained: retained.reduce((sum, { memory }) => sum + memory, 0),
      spilled: retained.reduce((sum, { spilled }) => sum + spilled, 0),
    };
  }

  #sweep(count: number): void {
    this.#unswept += count;
    if (this.#unswept < sweepBytes) return;
    this.#unswept = 0;
    globalThis.gc?.({ type: 'minor' });
    if (process.memoryUsage().arrayBuffers - this.#pool.bytes > oldBytes) globalThis.gc?.();
  }

  #watchIdle(): void {
    clearTimeout(this.#idle);
    if (this.#sockets.size > 0 || this.#children.size > 0 || this.#runs.size > 0) return;
    this.#idle = setTimeout(() => {
      this.#stopping = true;
      this.#done.resolve();
    }, this.#options.idleMs);
  }
}

/** Of one length, so that nothing but equality can be measured. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
