import { ClientMessage, INDEX_TOPIC, PilotlightError, chatOfTopic, toErrorInfo } from '@pilotlight/protocol';
import type { ServerMessage } from '@pilotlight/protocol';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { PublishedBatch } from '../journal/journal.ts';
import type { HttpDeps } from './http-deps.ts';
import { encodeBatch, encodeCatchUp } from './frame-encoding.ts';

const MAX_TOPICS = 500;
const MAX_WATCHES = 20;
const TEXT = { binary: false, compress: false };

/** What a socket needs of the server around it. */
export type SocketDeps = Pick<HttpDeps, 'commands' | 'journal' | 'version' | 'serverId' | 'log'> & {
  /** bytes that may wait for one slow client */
  maxWaitingBytes: number;
};

/**
 * One WebSocket client and the topics it follows.
 *
 *   subscribe ─▶ catch-up (snapshot or frames) ─▶ live ─(too much waits)─▶ lagging ─(all sent)─▶ `resubscribe`
 *
 * Memory is bounded: once more than `maxWaitingBytes` wait for the client, a topic that has news is dropped instead of
 * queued, and the client is told to subscribe again when everything before has left. Nothing is ever skipped silently.
 */
export class SocketSession {
  readonly #socket: WebSocket;
  readonly #deps: SocketDeps;
  readonly #topics = new Map<string, Disposable>();
  /** by session */
  readonly #watches = new Map<string, Disposable>();
  readonly #lagging = new Set<string>();
  #heard = true;
  #waitingBefore = 0;

  constructor(socket: WebSocket, deps: SocketDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('pong', () => (this.#heard = true));
    // 'close' follows and does the work; without a listener a broken connection would end the process.
    socket.on('error', (error) => deps.log.info({ error: error.message }, 'a WebSocket client failed'));
    socket.on('close', () => this.#forgetTopics());
    this.#say({ type: 'hello', version: deps.version, server_id: deps.serverId });
  }

  /** Ends the socket when nothing was heard (and nothing taken) since the last call; asks it for a sign of life. */
  checkAlive(): void {
    const waiting = this.#socket.bufferedAmount;
    if (!this.#heard && waiting >= this.#waitingBefore) {
      this.#socket.terminate();
      return;
    }
    this.#heard = false;
    this.#waitingBefore = waiting;
    this.#socket.ping();
  }

  /** Says goodbye; the client comes back by itself when the server does. */
  close(): void {
    this.#forgetTopics();
    this.#socket.close(1001, 'the server stops');
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#heard = true;
    const message = isBinary ? null : parseMessage(data);
    if (message === null) {
      const error = new PilotlightError(
        'invalid_request',
        'this message is not one of subscribe, unsubscribe, watch, unwatch, ping',
      );
      this.#say({ type: 'error', topic: null, error: toErrorInfo(error) });
    } else if (message.type === 'ping') this.#say({ type: 'pong' });
    else if (message.type === 'unsubscribe') this.#forget(message.topic);
    else if (message.type === 'watch') this.#watch(message.session_id);
    else if (message.type === 'unwatch') this.#unwatch(message.session_id);
    else this.#subscribe(message.topic, message.after ?? null);
  }

  #subscribe(topic: string, after: number | null): void {
    this.#forget(topic);
    if (this.#isFull()) {
      this.#lagging.add(topic);
      return;
    }
    try {
      this.#checkTopic(topic);
      const { journal } = this.#deps;
      // Both synchronous, in this order: no frame can fall between them, and none comes twice.
      const first = encodeCatchUp(topic, journal.catchUp(topic, after));
      this.#topics.set(
        topic,
        journal.subscribe(topic, (batch) => this.#deliver(batch)),
      );
      this.#socket.send(first.text, TEXT, this.#onSent);
    } catch (error) {
      if (!(error instanceof PilotlightError))
        this.#deps.log.error({ error, topic }, 'a subscription failed');
      this.#say({ type: 'error', topic, error: toErrorInfo(error) });
    }
  }

  #watch(sessionId: string): void {
    this.#unwatch(sessionId);
    try {
      if (this.#watches.size >= MAX_WATCHES) {
        throw new PilotlightError(
          'invalid_request',
          `one socket watches at most ${MAX_WATCHES} sessions; unwatch some`,
        );
      }
      const watch = this.#deps.commands.watchSession(sessionId, {
        onWatching: (complete) => this.#say({ type: 'watching', session_id: sessionId, complete }),
        // News that a slow client would only get late are worth nothing: it asks again by itself when it looks.
        onStale: (what) => {
          if (!this.#isFull()) this.#say({ type: 'stale', session_id: sessionId, what });
        },
      });
      this.#watches.set(sessionId, watch);
    } catch (error) {
      this.#say({ type: 'error', topic: null, error: toErrorInfo(error) });
    }
  }

  #unwatch(sessionId: string): void {
    this.#watches.get(sessionId)?.[Symbol.dispose]();
    this.#watches.delete(sessionId);
  }

  #checkTopic(topic: string): void {
    if (this.#topics.size >= MAX_TOPICS) {
      throw new PilotlightError(
        'invalid_request',
        `one socket follows at most ${MAX_TOPICS} topics; unsubscribe some`,
      );
    }
    if (topic === INDEX_TOPIC) return;
    const chatId = chatOfTopic(topic);
    if (chatId === null) {
      throw new PilotlightError(
        'invalid_request',
        `there is no topic "${topic}"; topics are "index" and "chat:<id>"`,
      );
    }
    this.#deps.commands.getChat(chatId);
  }

  #deliver(batch: PublishedBatch): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#isFull()) {
      this.#forget(batch.topic);
      this.#lagging.add(batch.topic);
      return;
    }
    this.#socket.send(encodeBatch(batch), TEXT, this.#onSent);
  }

  readonly #onSent = (): void => {
    if (this.#lagging.size === 0 || this.#socket.bufferedAmount > 0) return;
    const lagging = [...this.#lagging];
    this.#lagging.clear();
    for (const topic of lagging) {
      this.#say({ type: 'resubscribe', topic, reason: 'frames came faster than this client took them' });
    }
  };

  #isFull(): boolean {
    return this.#socket.bufferedAmount > this.#deps.maxWaitingBytes;
  }

  #say(message: ServerMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify(message), TEXT, this.#onSent);
  }

  #forget(topic: string): void {
    this.#topics.get(topic)?.[Symbol.dispose]();
    this.#topics.delete(topic);
    this.#lagging.delete(topic);
  }

  #forgetTopics(): void {
    for (const topic of this.#topics.keys()) this.#forget(topic);
    for (const sessionId of this.#watches.keys()) this.#unwatch(sessionId);
    this.#lagging.clear();
  }
}

function parseMessage(data: RawData): ClientMessage | null {
  try {
    return ClientMessage.safeParse(JSON.parse(String(data))).data ?? null;
  } catch {
    return null;
  }
}
