import { PilotlightError } from '@pilotlight/protocol';
import type { ClientMessage, Frame, ServerMessage, StaleThing, TopicState } from '@pilotlight/protocol';
import type { HttpCaller } from './http-caller.ts';
import { errorCodeOf } from './http-caller.ts';
import { TopicFollow } from './topic-follow.ts';
import type { ConnectionStatus, FollowHandlers } from './topic-follow.ts';

/** First pause before a new attempt, and the longest; each is twice the one before (and up to a quarter shorter). */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
/** Silence after which the server is asked for a sign of life, and how long it may take to give one. */
const SILENCE = 25_000;
const PATIENCE = 10_000;

/** Called when what was asked before about a session may be another now. */
export type StaleHandler = (what: StaleThing) => void;

/**
 * The one WebSocket of a client, shared by everything it follows.
 *
 *   closed ─(first follow)─▶ connecting ─(hello)─▶ live ─(lost)─▶ waiting ─(pause)─▶ connecting …
 *   any ─(last follow ends)─▶ closed
 *
 * After every connect each topic is subscribed from the seq of its state, so what happened meanwhile is caught up.
 */
export class LiveConnection {
  readonly #http: HttpCaller;
  readonly #token: string | undefined;
  readonly #topics = new Map<string, TopicFollow>();
  /** session → who is told when something of it is stale */
  readonly #watches = new Map<string, Set<StaleHandler>>();
  #socket: WebSocket | null = null;
  #status: ConnectionStatus = { state: 'closed' };
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(http: HttpCaller, token: string | undefined) {
    this.#http = http;
    this.#token = token;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The present state of a followed topic. */
  stateOf(topic: string): TopicState | null {
    return this.#topics.get(topic)?.state ?? null;
  }

  /** Follows until the answer is called. Who comes later to a topic gets its present state soon, before anything new. */
  follow(topic: string, handlers: FollowHandlers<TopicState, Frame>): () => void {
    const known = this.#topics.get(topic);
    const follow = known ?? new TopicFollow(topic);
    follow.handlers.add(handlers);
    this.#topics.set(topic, follow);
    if (this.#status.state === 'closed') this.#connect();
    else if (known === undefined) this.#subscribe(follow);
    else queueMicrotask(() => showPresent(follow, handlers));
    return () => this.#unfollow(follow, handlers);
  }

  /** Watches a session's folder until the answer is called. After a lost connection everything counts as stale. */
  watch(sessionId: string, handler: StaleHandler): () => void {
    const handlers = this.#watches.get(sessionId) ?? new Set();
    if (handlers.size === 0) this.#say({ type: 'watch', session_id: sessionId });
    this.#watches.set(sessionId, handlers.add(handler));
    if (this.#status.state === 'closed') this.#connect();
    return () => {
      if (!handlers.delete(handler) || handlers.size > 0) return;
      this.#watches.delete(sessionId);
      this.#say({ type: 'unwatch', session_id: sessionId });
      this.#closeWhenUnused();
    };
  }

  #unfollow(follow: TopicFollow, handlers: FollowHandlers<TopicState, Frame>): void {
    if (!follow.handlers.delete(handlers) || follow.handlers.size > 0) return;
    if (this.#topics.get(follow.topic) !== follow) return;
    this.#topics.delete(follow.topic);
    this.#say({ type: 'unsubscribe', topic: follow.topic });
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (this.#topics.size === 0 && this.#watches.size === 0) this.#close();
  }

  #close(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    this.#attempt = 0;
    socket?.close(1000);
    this.#setStatus({ state: 'closed' });
  }

  #connect(): void {
    this.#setStatus({ state: 'connecting' });
    const protocols =
      this.#token === undefined ? ['pilotlight'] : ['pilotlight', `pilotlight.token.${this.#token}`];
    const socket = new WebSocket(`${this.#http.url.replace(/^http/, 'ws')}/api/ws`, protocols);
    this.#socket = socket;
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
    });
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#take(JSON.parse(String(event.data)) as ServerMessage);
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#lost();
      if (!opened) void this.#checkAccess();
    });
    // 'close' follows every error.
    socket.addEventListener('error', () => {});
    this.#expectSign(PATIENCE, () => this.#drop(socket));
  }

  /** A browser does not say why a handshake failed; a plain request does. */
  async #checkAccess(): Promise<void> {
    try {
      await this.#http.json('GET', '/api/health');
    } catch (error) {
      const code = errorCodeOf(error);
      if (code !== 'unauthorized' && code !== 'forbidden') return;
      for (const follow of this.#topics.values()) this.#fail(follow, error as PilotlightError);
    }
  }

  #take(message: ServerMessage): void {
    this.#expectSign(SILENCE, () => this.#askForSign());
    if (message.type === 'hello') {
      this.#attempt = 0;
      this.#setStatus({ state: 'live' });
      for (const follow of this.#topics.values()) this.#subscribe(follow);
      for (const sessionId of this.#watches.keys()) this.#say({ type: 'watch', session_id: sessionId });
    } else if (message.type === 'watching') {
      // What changed before this moment, nobody was told.
      for (const handler of this.#watches.get(message.session_id) ?? []) handler('files');
      for (const handler of this.#watches.get(message.session_id) ?? []) handler('scripts');
    } else if (message.type === 'stale') {
      for (const handler of this.#watches.get(message.session_id) ?? []) handler(message.what);
    } else if (message.type === 'snapshot') this.#topics.get(message.topic)?.takeSnapshot(message.state);
    else if (message.type === 'frames') {
      const follow = this.#topics.get(message.topic);
      if (follow !== undefined && !follow.takeFrames(message.frames)) this.#subscribe(follow);
    } else if (message.type === 'resubscribe') {
      const follow = this.#topics.get(message.topic);
      if (follow !== undefined) this.#subscribe(follow);
    } else if (message.type === 'error' && message.topic !== null) {
      const follow = this.#topics.get(message.topic);
      const { code, message: text, details } = message.error;
      if (follow !== undefined)
        this.#fail(follow, new PilotlightError(code, text, details === undefined ? {} : { details }));
    }
  }

  #fail(follow: TopicFollow, error: PilotlightError): void {
    const handlers = [...follow.handlers];
    for (const handler of handlers) this.#unfollow(follow, handler);
    for (const handler of handlers) handler.onError?.(error);
  }

  #subscribe(follow: TopicFollow): void {
    const { topic, state } = follow;
    this.#say(state === null ? { type: 'subscribe', topic } : { type: 'subscribe', topic, after: state.seq });
  }

  #say(message: ClientMessage): void {
    if (this.#socket !== null && this.#status.state === 'live') this.#socket.send(JSON.stringify(message));
  }

  #expectSign(within: number, otherwise: () => void): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(otherwise, within);
  }

  #askForSign(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#say({ type: 'ping' });
    this.#expectSign(PATIENCE, () => this.#drop(socket));
  }

  /** Gives a socket up that says nothing; its own closing handshake may never end. */
  #drop(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#lost();
    socket.close();
  }

  #lost(): void {
    this.#socket = null;
    clearTimeout(this.#silence);
    const full = Math.min(FIRST_PAUSE * 2 ** this.#attempt, LONGEST_PAUSE);
    const pause = full * (0.75 + Math.random() * 0.25);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), pause);
    this.#setStatus({ state: 'waiting', retryAt: Date.now() + pause, attempt: this.#attempt });
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status;
    for (const follow of this.#topics.values()) {
      for (const handler of follow.handlers) handler.onStatus?.(status);
    }
  }
}

function showPresent(follow: TopicFollow, handlers: FollowHandlers<TopicState, Frame>): void {
  if (follow.state !== null && follow.handlers.has(handlers)) handlers.onState?.(follow.state, null);
}
