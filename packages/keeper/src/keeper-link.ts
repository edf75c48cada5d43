import { PilotlightError } from '@pilotlight/protocol/error';
import { ERROR_STATUS, type ErrorCode } from '@pilotlight/protocol/error-codes';
import { connect, type Socket } from 'node:net';
import type { KeeperRecord } from './keeper-records.ts';
import { LineSplitter, onFirstLine } from './line-splitter.ts';
import {
  CONTROL_LIMIT,
  encode,
  type Answer,
  type Ask,
  type Attach,
  type AttachAnswer,
  type KeeperEvent,
  type Requests,
  type Run,
  type WireError,
} from './wire.ts';

type ProcessEvent = Exclude<KeeperEvent, { event: 'replaced' }>;
/** Why a link is no more: this side left, another server is the owner now, or the keeper died. */
export type LinkEnd = 'left' | 'replaced' | 'lost';

interface Pending {
  resolve(answer: object): void;
  reject(cause: Error): void;
}

const answerMs = 10_000;
/** bytes of an answer; a list carries the input heads of every process */
const answerLimit = 2 ** 28;

/**
 * The control connection to one keeper, at the server's end.
 *
 *     open ──leave(), "replaced", or the connection ends──▶ ended: what waits for an answer is rejected
 */
export class KeeperLink {
  readonly keeper: KeeperRecord;
  readonly ended: Promise<LinkEnd>;
  readonly #socket: Socket;
  readonly #secret: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (event: ProcessEvent) => void>();
  readonly #end = Promise.withResolvers<LinkEnd>();
  #session = 0;
  #nextId = 1;
  #state: 'open' | LinkEnd = 'open';
  #reason: LinkEnd = 'lost';

  private constructor(keeper: KeeperRecord, secret: string, socket: Socket) {
    this.keeper = keeper;
    this.ended = this.#end.promise;
    this.#secret = secret;
    this.#socket = socket;
    const splitter = new LineSplitter(answerLimit);
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of splitter.push(chunk)) this.#take(JSON.parse(line) as Answer | KeeperEvent);
      } catch (cause) {
        // What says such things is no keeper; the server must not die of it.
        socket.destroy(cause as Error);
      }
    });
    socket.on('error', () => {});
    socket.once('close', () => this.#close());
  }

  /**
   * Says hello. `observer`: only to look or to shut down; otherwise this is the owner from now on.
   * @throws PilotlightError as the keeper answers; or what the system says when nobody listens
   */
  static async open(keeper: KeeperRecord, secret: string, observer = false): Promise<KeeperLink> {
    const socket = await connected(keeper.socket);
    const link = new KeeperLink(keeper, secret, socket);
    // A keeper that is stopped would be waited for without an end.
    const timer = setTimeout(() => socket.destroy(), answerMs);
    try {
      const hello = { secret, protocol: keeper.version, ...(observer ? { observer } : {}) };
      const { session } = await link.request('hello', hello);
      link.#session = session;
      return link;
    } catch (cause) {
      socket.destroy();
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  /** Resolves with what the keeper answers. @throws PilotlightError as it answers, or `agent_failed` when the link ends */
  request<Type extends keyof Requests>(
    type: Type,
    ask: Requests[Type]['ask'],
  ): Promise<Requests[Type]['answer']> {
    if (this.#state !== 'open') return Promise.reject(this.endError());
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    this.#pending.set(id, { resolve, reject });
    this.#socket.write(encode({ type, id, ...ask } as Ask));
    return promise;
  }

  /** Without an answer, not even of a failure. */
  post<Type extends keyof Requests>(type: Type, ask: Requests[Type]['ask']): void {
    if (this.#state === 'open') this.#socket.write(encode({ type, ...ask } as Ask));
  }

  listen(process: string, listener: ((event: ProcessEvent) => void) | null): void {
    if (listener) this.#listeners.set(process, listener);
    else this.#listeners.delete(process);
  }

  /** The process's own connection, with the bytes that came behind the answer, and what was written to stdin before. */
  async attach(process: string, offset: number): Promise<{ socket: Socket; rest: Buffer; accepted: number }> {
    const socket = await connected(this.keeper.socket);
    const { promise, resolve, reject } = Promise.withResolvers<[string, Buffer]>();
    const closed = (): void => reject(this.endError());
    socket.on('error', () => {});
    socket.once('close', closed);
    onFirstLine(socket, CONTROL_LIMIT, (line, rest) => {
      // Nobody listens yet.
      socket.pause();
      resolve([line, rest]);
    });
    const attach: Attach = { type: 'attach', secret: this.#secret, session: this.#session, process, offset };
    socket.write(encode(attach));
    const [line, rest] = await promise;
    socket.off('close', closed);
    const answer = JSON.parse(line) as AttachAnswer;
    if ('error' in answer) {
      socket.destroy();
      throw errorOf(answer.error);
    }
    return { socket, rest, accepted: answer.ok.accepted };
  }

  /** A connection for one program (remote-program.ts). */
  async program(): Promise<Socket> {
    const socket = await connected(this.keeper.socket);
    // It may wait for its program for long, and the keeper may end meanwhile.
    socket.on('error', () => {});
    const run: Run = { type: 'run', secret: this.#secret, session: this.#session };
    socket.write(encode(run));
    return socket;
  }

  /** Lets go; what was posted before still arrives. */
  leave(): void {
    this.#reason = 'left';
    if (this.#state !== 'open') return;
    this.#state = 'left';
    this.#socket.end();
  }

  endError(): PilotlightError {
    const reasons: Record<LinkEnd, [ErrorCode, string]> = {
      left: ['server_stopping', 'The server has let go of its processes.'],
      replaced: ['server_stopping', 'Another server of this data folder has taken over its processes.'],
      lost: ['agent_failed', 'The keeper ended, and its processes with it. Try again; its log says why.'],
    };
    return new PilotlightError(...reasons[this.#state === 'open' ? this.#reason : this.#state]);
  }

  #take(message: Answer | KeeperEvent): void {
    if ('event' in message) {
      if (message.event === 'replaced') this.#reason = 'replaced';
      else this.#listeners.get(message.process)?.(message);
      return;
    }
    const pending = this.#pending.get(message.id ?? 0);
    if (!pending) return;
    this.#pending.delete(message.id ?? 0);
    if ('error' in message) pending.reject(errorOf(message.error));
    else pending.resolve(message.ok);
  }

  #close(): void {
    this.#state = this.#reason;
    for (const { reject } of this.#pending.values()) reject(this.endError());
    this.#pending.clear();
    this.#end.resolve(this.#reason);
  }
}

/** An error of the keeper as one of ours. */
export function errorOf({ code, message, details }: WireError): PilotlightError {
  const known = Object.hasOwn(ERROR_STATUS, code) ? (code as ErrorCode) : 'internal';
  return new PilotlightError(known, message, details === undefined ? {} : { details });
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
