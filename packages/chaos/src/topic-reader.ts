import type { ServerMessage, TopicState } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { TopicRecord } from './records.ts';
import type { Address } from './server-process.ts';
import { TopicCheck } from './topic-check.ts';

/** Follows one topic over a bare WebSocket of its own, through every end of a connection, and checks every word. */
export class TopicReader implements Disposable {
  readonly check: TopicCheck;
  connections = 0;
  readonly #address: () => Promise<Address>;
  readonly #listeners = new Set<(state: TopicState) => void>();
  #socket: WebSocket | null = null;
  #over = false;

  /** `address`: of the server, as soon as there is one. */
  constructor(topic: string, address: () => Promise<Address>) {
    this.check = new TopicCheck(topic);
    this.#address = address;
    void this.#run();
  }

  get state(): TopicState | null {
    return this.check.state;
  }

  /** Called with the state now, if there is one, and after every message; ends when the answer is called. */
  watch(listener: (state: TopicState) => void): () => void {
    this.#listeners.add(listener);
    if (this.state !== null) listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  /** The first state that passes. @throws the signal's reason */
  async until(test: (state: TopicState) => boolean, signal: AbortSignal): Promise<TopicState> {
    const { promise, resolve, reject } = Promise.withResolvers<TopicState>();
    const abort = (): void => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    const stop = this.watch((state) => {
      if (test(state)) resolve(state);
    });
    return await promise.finally(() => {
      stop();
      signal.removeEventListener('abort', abort);
    });
  }

  /** The connection breaks, without a goodbye. */
  cut(): void {
    this.#socket?.terminate();
  }

  record(): TopicRecord {
    const { topic, frames, snapshots, skipped, problems } = this.check;
    return { topic, frames, snapshots, skipped, connections: this.connections, problems };
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.cut();
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      await this.#follow(await this.#address());
      await delay(30);
    }
  }

  /** One connection, until it ends. */
  async #follow({ url, token }: Address): Promise<void> {
    if (this.#over) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws`, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: 5000,
    });
    const subscribe = (): void => socket.send(JSON.stringify(this.check.subscription()));
    socket.on('open', () => {
      this.connections += 1;
      subscribe();
    });
    socket.on('message', (data) => {
      // What a cut connection still held is lost, as on a real network.
      if (this.#socket !== socket || socket.readyState !== WebSocket.OPEN) return;
      if (this.check.take(JSON.parse(String(data)) as ServerMessage)) subscribe();
      if (this.state !== null) for (const listener of this.#listeners) listener(this.state);
    });
    // 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    this.#socket = socket;
    await promise;
  }
}

/** The snapshot that somebody gets who comes only now. */
export async function freshSnapshot({ url, token }: Address, topic: string): Promise<TopicState> {
  const { promise, resolve, reject } = Promise.withResolvers<TopicState>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/ws`, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic })));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'snapshot') resolve(message.state);
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error(`the connection for a snapshot of ${topic} ended`)));
  return await promise.finally(() => socket.terminate());
}
