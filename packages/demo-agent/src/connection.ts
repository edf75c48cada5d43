import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { RpcError } from './rpc-error.ts';

/** What the agent does with what the client sends. */
export interface ConnectionHandlers {
  /** Answers a request; a thrown RpcError becomes the error response, anything else -32603. */
  request(method: string, params: unknown): Promise<unknown>;
  notification(method: string, params: unknown): void;
}

type Id = number | string | null;
interface Message {
  id?: Id;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

/** Characters collected before a write does not wait for the end of the tick. */
const batchLimit = 64 * 1024;

/**
 * JSON-RPC 2.0, one message a line, over a pair of streams. Messages written in one tick leave in one write, in order.
 * It lives until `input` ends; the owner watches that end.
 */
export class Connection {
  readonly #output: Writable;
  readonly #handlers: ConnectionHandlers;
  readonly #waiting = new Map<Id, PromiseWithResolvers<unknown>>();
  #nextId = 1;
  #lineParts: string[] = [];
  #batch: string[] = [];
  #batchChars = 0;

  constructor(input: Readable, output: Writable, handlers: ConnectionHandlers) {
    this.#output = output;
    this.#handlers = handlers;
    // Every session that waits for a drain is one listener.
    output.setMaxListeners(0);
    input.setEncoding('utf8');
    input.on('data', (chunk: string) => this.#read(chunk));
  }

  /** Sends a notification; resolves when the stream takes more (back-pressure). */
  async notify(method: string, params: unknown): Promise<void> {
    await this.notifyJson(method, JSON.stringify(params));
  }

  /** As `notify`, with the JSON of the params. */
  async notifyJson(method: string, params: string): Promise<void> {
    this.#sendLine(`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}\n`);
    if (this.#output.writableNeedDrain) await once(this.#output, 'drain');
  }

  /** Sends a request and gives its result. Rejects with an RpcError, or with the signal's reason when aborted. */
  async request(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<unknown>();
    const abort = (): void => waiting.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.set(id, waiting);
    this.#send({ id, method, params });
    try {
      return await waiting.promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Resolves when everything sent so far has been handed to the operating system. */
  async flush(): Promise<void> {
    this.#writeBatch();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#output.write('', () => resolve());
    await promise;
  }

  #send(message: Message): void {
    this.#sendLine(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #sendLine(line: string): void {
    if (this.#batch.length === 0) setImmediate(() => this.#writeBatch());
    this.#batch.push(line);
    this.#batchChars += line.length;
    // A turn that sends without a pause must see back-pressure before the tick ends.
    if (this.#batchChars >= batchLimit) this.#writeBatch();
  }

  #writeBatch(): void {
    if (this.#batch.length === 0) return;
    const lines = this.#batch.join('');
    this.#batch = [];
    this.#batchChars = 0;
    this.#output.write(lines);
  }

  // Only the new chunk is searched, so that a prompt of many MiB costs its size once.
  #read(chunk: string): void {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      this.#lineParts.push(chunk.slice(start, end));
      const line = this.#lineParts.join('').trim();
      this.#lineParts = [];
      start = end + 1;
      if (line !== '') this.#readLine(line);
    }
    if (start < chunk.length) this.#lineParts.push(chunk.slice(start));
  }

  #readLine(line: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#send({ id: null, error: { code: -32700, message: 'demo agent: the line is not JSON' } });
      return;
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      this.#send({ id: null, error: { code: -32600, message: 'demo agent: the line is not one message' } });
      return;
    }
    this.#dispatch(parsed as Message);
  }

  #dispatch(message: Message): void {
    const { id, method } = message;
    if (method === undefined) this.#settle(message);
    else if (id === undefined) this.#handlers.notification(method, message.params);
    else void this.#answer(id, method, message.params);
  }

  async #answer(id: Id, method: string, params: unknown): Promise<void> {
    try {
      this.#send({ id, result: await this.#handlers.request(method, params) });
    } catch (cause) {
      const code = cause instanceof RpcError ? cause.code : -32603;
      const message = cause instanceof Error ? cause.message : String(cause);
      const data = cause instanceof RpcError && cause.data !== undefined ? { data: cause.data } : {};
      this.#send({ id, error: { code, message, ...data } });
    }
  }

  #settle(message: Message): void {
    const waiting = this.#waiting.get(message.id ?? null);
    if (message.error) waiting?.reject(new RpcError(message.error.code, message.error.message));
    else waiting?.resolve(message.result);
  }
}
