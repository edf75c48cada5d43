/**
 * JSON-RPC over the pipes of one agent process.
 *
 *     open ──process exit, end of stdout, a message too long, a failed write (the first wins)──▶ ending ──▶ ended
 *     any ──leave()──▶ left: nothing is heard or sent any more, and nobody is told
 *
 * The connection of a process that an earlier server started begins with what that server did not acknowledge: told again up
 * to `until`, with our own requests known by their ids and our answers not given twice.
 *
 * Messages are handed over in the order of the stream, each before the next is looked at; in `ending` what the pipe still
 * holds is delivered, at most until it is quiet for `joinMs`. Then every open request is rejected with the reason. Lines
 * that are not messages are never answered: an agent that does not read yet would deadlock with us.
 */
import { PilotlightError } from '@pilotlight/protocol';
import type { ChildProcessPort } from '@pilotlight/keeper';
import { describeEnd, lastLines, type EndCause } from './describe-end.ts';
import { LineReader, LINE_LIMIT } from './line-reader.ts';
import { LoopShare } from './loop-share.ts';
import { NoiseRing } from './noise-ring.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Both are called synchronously, in the order of the stream. What they throw never harms the connection. */
export interface PeerHandlers {
  /** Answers a request of the agent; throw RpcError for an error answer. */
  request(method: string, params: unknown, asked: Asked): unknown;
  notification(method: string, params: unknown): void;
}

/** A request of the agent. */
export interface Asked {
  /** as JSON */
  id: string;
  /** An earlier server has answered it: what is returned is not sent. */
  isAnswered: boolean;
}

/** Where a connection goes on that an earlier server had. */
export interface Resumption {
  /** bytes since the process started: what stdout gives first, and where what is told again ends */
  from: number;
  until: number;
  /** greater than any id that was used */
  nextId: number;
  /** ids, as JSON, of the agent's requests that were answered */
  answered: ReadonlySet<string>;
}

export interface RequestOptions {
  /** milliseconds until `agent_timeout`; without it the request waits as long as the process lives */
  deadlineMs?: number;
  /** Aborted: stop waiting; a later answer is ignored. */
  signal?: AbortSignal;
  /** Called when the answer was read, before the message behind it is looked at. */
  onAnswer?(): void;
}

export interface ConnectionOptions {
  /** for messages */
  name: string;
  child: ChildProcessPort;
  handlers: PeerHandlers;
  /** bytes of one message */
  lineLimit?: number;
  /** Reads nothing before `start` then. */
  resumption?: Resumption;
  /** Called when everything read so far was handed over. */
  onRead?(): void;
  /** whose turn of the event loop this connection shares; all connections share one without it */
  share?: LoopShare;
}

interface Pending {
  method: string;
  settle(outcome: { result: unknown } | { error: unknown }): void;
  onAnswer: (() => void) | undefined;
}

const outboundLimit = 128 * 1024 * 1024;
const joinMs = 250;
const drainLimitMs = 2000;
const commonShare = new LoopShare();

export class Connection {
  /** Resolves with why it ended; every open request was rejected with it before. */
  readonly ended: Promise<PilotlightError>;
  readonly #options: ConnectionOptions;
  readonly #share: LoopShare;
  readonly #reader: LineReader;
  readonly #noise = new NoiseRing();
  readonly #pending = new Map<number, Pending>();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #answeredBefore: ReadonlySet<string>;
  readonly #until: number;
  readonly #stdoutEnd = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<PilotlightError>();
  #state: 'open' | 'ending' | 'left' | PilotlightError = 'open';
  #nextId: number;
  #position: number;
  #outbound = 0;
  #lastData = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#share = options.share ?? commonShare;
    this.#reader = new LineReader(options.lineLimit ?? LINE_LIMIT);
    this.ended = this.#end.promise;
    const { resumption } = options;
    this.#nextId = resumption?.nextId ?? 0;
    this.#position = resumption?.from ?? 0;
    this.#until = resumption?.until ?? 0;
    this.#answeredBefore = resumption?.answered ?? new Set();
    this.#seen(this.#position);
    if (resumption === undefined) this.start();
  }

  /** Begins to read; needed only with a `resumption`, once. */
  start(): void {
    void this.#options.child.exited.then(() => this.#finish({ kind: 'exit' }));
    void this.#read();
  }

  /** Bytes since the process started that were handed over, the message that is being handed over included. */
  get position(): number {
    return this.#position;
  }

  /** Resolves when what an earlier server left was told again; at once on a connection of our own. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Why it ended, null while it is open. */
  get endReason(): PilotlightError | null {
    return typeof this.#state === 'string' ? null : this.#state;
  }

  /** The last lines of stdout that were no messages. */
  noise(): string[] {
    return this.#noise.lines();
  }

  /**
   * Resolves with the result that the agent answers.
   * @throws RpcError the agent's error; PilotlightError `agent_timeout`, or why the connection ended
   */
  request(method: string, params: unknown, options: RequestOptions = {}): Promise<unknown> {
    if (typeof this.#state !== 'string') return Promise.reject(this.#state);
    const id = this.#nextId++;
    const answer = this.expect(id, method, options);
    if (this.#pending.has(id)) this.#send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  /** As `request`, for one that an earlier server has sent. */
  expect(id: number, method: string, options: RequestOptions = {}): Promise<unknown> {
    if (typeof this.#state !== 'string') return Promise.reject(this.#state);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const { deadlineMs, signal } = options;
    const giveUp = (reason: unknown): void => this.#pending.get(id)?.settle({ error: reason });
    const abort = (): void => giveUp(signal?.reason);
    const timer =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => giveUp(this.#timeout(method, deadlineMs)), deadlineMs);
    this.#pending.set(id, {
      method,
      onAnswer: options.onAnswer,
      settle: (outcome) => {
        this.#pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.result);
      },
    });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    return promise;
  }

  /** The process is another server's from now on. */
  leave(): void {
    this.#state = 'left';
  }

  /** Best effort: a notification to a peer that has ended is lost. */
  notify(method: string, params: unknown): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  async #read(): Promise<void> {
    let cause: EndCause = { kind: 'stdout' };
    let read = this.#position;
    try {
      for await (const chunk of this.#options.child.stdout) {
        this.#lastData = performance.now();
        read += chunk.byteLength;
        await this.#deliver(this.#reader.push(chunk));
        // Bytes that are no UTF-8 count differently as text.
        this.#position = read - this.#reader.pendingBytes;
        if (!this.#isHeard) return;
        this.#seen(read);
        this.#options.onRead?.();
      }
      await this.#deliver(this.#reader.end());
      this.#position = read;
    } catch (thrown) {
      cause = { kind: 'broken', cause: thrown };
    }
    this.#stdoutEnd.resolve();
    this.#caughtUp.resolve();
    await this.#finish(cause);
  }

  /** So many bytes were read, and every whole line of them handed over: half a line may never get its end. */
  #seen(read: number): void {
    if (read >= this.#until) this.#caughtUp.resolve();
  }

  async #deliver(lines: string[]): Promise<void> {
    let untilCheck = 0;
    for (const line of lines) {
      untilCheck -= 1 + (line.length >> 10);
      if (untilCheck < 0) {
        untilCheck = 8;
        while (!this.#share.hasTime()) await this.#share.nextTurn();
      }
      // After the end nobody waits for more.
      if (!this.#isHeard) return;
      this.#position += Buffer.byteLength(line) + 1;
      this.#line(line);
    }
  }

  #line(line: string): void {
    const first = line.charCodeAt(0);
    const likely = first === 0x7b || first === 0x5b || /^\s*[{[]/.test(line);
    const message = likely ? parse(line) : undefined;
    if (Array.isArray(message)) for (const one of message) this.#message(one, line);
    else this.#message(message, line);
  }

  #message(value: unknown, line: string): void {
    if (typeof value !== 'object' || value === null) {
      this.#noise.push(line);
      return;
    }
    const { id, method, params } = value as { id?: unknown; method?: unknown; params?: unknown };
    if (typeof method !== 'string') this.#answered(id, value as Record<string, unknown>, line);
    else if (id === undefined || id === null) this.#notified(method, params);
    else void this.#asked(id, method, params);
  }

  #answered(id: unknown, message: Record<string, unknown>, line: string): void {
    // Some peers answer request 1 with "1".
    const key = typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : id;
    const pending = typeof key === 'number' ? this.#pending.get(key) : undefined;
    if (!pending) {
      // What is told again may answer what an earlier server asked.
      if (this.#position > this.#until) this.#noise.push(line);
      return;
    }
    if (message['error'] !== undefined && message['error'] !== null) {
      pending.settle({ error: RpcError.from(message['error']) });
    } else if ('result' in message) pending.settle({ result: message['result'] });
    else pending.settle({ error: this.#noResult(pending.method) });
    guarded(() => pending.onAnswer?.());
  }

  #notified(method: string, params: unknown): void {
    guarded(() => this.#options.handlers.notification(method, params));
  }

  async #asked(id: unknown, method: string, params: unknown): Promise<void> {
    const key = JSON.stringify(id);
    const isAnswered = this.#position <= this.#until && this.#answeredBefore.has(key);
    try {
      const result = await this.#options.handlers.request(method, params, { id: key, isAnswered });
      if (isAnswered) return;
      this.#send({ jsonrpc: '2.0', id, result: result ?? {} });
    } catch (cause) {
      if (isAnswered) return;
      const { code, message, data } =
        cause instanceof RpcError
          ? cause
          : new RpcError(RPC.internal, cause instanceof Error ? cause.message : String(cause));
      this.#send({
        jsonrpc: '2.0',
        id,
        error: data === undefined ? { code, message } : { code, message, data },
      });
    }
  }

  get #isHeard(): boolean {
    return this.#state === 'open' || this.#state === 'ending';
  }

  #send(message: unknown): void {
    if (!this.#isHeard) return;
    const line = `${JSON.stringify(message)}\n`;
    this.#outbound += line.length;
    if (this.#outbound > outboundLimit) {
      void this.#finish({ kind: 'deaf', bytes: this.#outbound });
      return;
    }
    this.#options.child.write(line).then(
      () => (this.#outbound -= line.length),
      // The end of the process or of stdout says more; only when neither comes, this is the reason.
      (cause: unknown) => this.#finish({ kind: 'broken', cause }),
    );
  }

  async #finish(cause: EndCause): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    const { child, name } = this.#options;
    // What an earlier server left is all there, however long it takes to read.
    await this.#caughtUp.promise;
    if (cause.kind === 'exit') await this.#drained();
    const exit = await Promise.race([child.exited, after(joinMs, null)]);
    // Its stderr comes through another pipe.
    if (exit) await after(0, null);
    const reason = describeEnd(name, cause, exit, child.stderrTail(), this.#noise.lines());
    this.#state = reason;
    for (const pending of this.#pending.values()) pending.settle({ error: reason });
    this.#end.resolve(reason);
  }

  /** The process has ended: waits for the end of its stdout, which a grandchild may hold open. */
  async #drained(): Promise<void> {
    const limit = performance.now() + drainLimitMs;
    let quietSince = performance.now();
    while (performance.now() < Math.min(limit, quietSince + joinMs)) {
      const ended = await Promise.race([this.#stdoutEnd.promise.then(() => true), after(joinMs / 5, false)]);
      if (ended) return;
      quietSince = Math.max(quietSince, this.#lastData);
    }
  }

  #timeout(method: string, deadlineMs: number): PilotlightError {
    const { name, child } = this.#options;
    const said = lastLines(child.stderrTail());
    const lines = said === '' ? '' : ` Last lines: ${said}.`;
    return new PilotlightError(
      'agent_timeout',
      `${name} did not answer ${method} within ${deadlineMs / 1000} s.${lines} Try again; if it stays, look at its log or allow it more time.`,
      { details: { method, deadlineMs } },
    );
  }

  #noResult(method: string): PilotlightError {
    return new PilotlightError(
      'agent_protocol',
      `${this.#options.name} answered ${method} with neither a result nor an error. Update the agent, or report it to its makers.`,
    );
  }
}

/** undefined when it is not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

// A handler that fails is a defect of ours and reports itself; the other chats of the process must not pay for it.
function guarded(run: () => void): void {
  try {
    run();
  } catch (cause) {
    queueMicrotask(() => process.emitWarning(cause instanceof Error ? cause : String(cause)));
  }
}

function after<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, value));
}
