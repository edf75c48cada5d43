// For tests: a server that speaks as much of opencode's HTTP as a turn needs and plays one recording. It can break its
// event stream behind any record and lose the next ones, as a real connection does: its stored messages go on meanwhile.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { recordedTurn, type RecordedEvent } from './fixture-replay.ts';
import { asObject, asString, type WireMessage, type WirePart } from '../../src/backends/opencode/wire.ts';

export interface FakeOptions {
  /** the stream breaks behind so many records; never when missing */
  breakAfter?: number;
  /** records nobody gets after the break, before the stream is open again */
  lose?: number;
  /** records nobody gets when the stream is open again and the client has read, before a heartbeat shows that it delivers */
  late?: number;
  /** whether the recording goes on behind a break only when the client has read what it missed */
  untilRead?: boolean;
  /** whether the recording goes on behind an ask only when that was answered */
  untilAnswered?: boolean;
  /** whether an abort is never answered */
  deaf?: boolean;
}

interface StoredMessage {
  info: WireMessage;
  parts: Map<string, WirePart>;
}

/** What `GET` answers after some records: deltas are not stored, and no text is until its part ends. */
class FakeStore {
  readonly messages = new Map<string, Map<string, StoredMessage>>();
  readonly sessions = new Map<string, unknown>();
  readonly status = new Map<string, unknown>();
  readonly asks = new Map<string, { kind: string; properties: Record<string, unknown> }>();
  todos: unknown = [];

  take({ type, properties }: RecordedEvent): void {
    const sessionID = asString(properties['sessionID']);
    if (type === 'session.created' || type === 'session.updated')
      this.sessions.set(sessionID, properties['info']);
    if (type === 'message.updated') this.#message(sessionID, properties['info'] as WireMessage);
    if (type === 'message.part.updated') this.#part(sessionID, properties['part'] as WirePart);
    if (type === 'session.status') this.#setStatus(sessionID, asObject(properties['status']));
    if (type === 'todo.updated') this.todos = properties['todos'];
    if (type === 'permission.asked' || type === 'question.asked')
      this.asks.set(asString(properties['id']), { kind: type, properties });
    if (/^(permission|question)\.(replied|rejected)$/.test(type))
      this.asks.delete(asString(properties['requestID']));
  }

  list(sessionID: string): unknown[] {
    const messages = [...(this.messages.get(sessionID)?.values() ?? [])];
    return messages.map(({ info, parts }) => ({ info, parts: [...parts.values()] }));
  }

  #message(sessionID: string, info: WireMessage): void {
    const messages = this.messages.get(sessionID) ?? new Map<string, StoredMessage>();
    messages.set(info.id, { info, parts: messages.get(info.id)?.parts ?? new Map() });
    this.messages.set(sessionID, messages);
  }

  #part(sessionID: string, part: WirePart): void {
    this.messages.get(sessionID)?.get(part.messageID)?.parts.set(part.id, part);
  }

  #setStatus(sessionID: string, status: Record<string, unknown>): void {
    if (status['type'] === 'idle') this.status.delete(sessionID);
    else this.status.set(sessionID, status);
  }
}

/** Plays the recording when a prompt comes; the prompt's id takes the place of the recorded one. */
export class FakeOpenCode implements AsyncDisposable {
  /** how often the event stream was opened */
  opened = 0;
  /** what was answered to asks */
  readonly replies: { path: string; body: Record<string, unknown> }[] = [];
  readonly sessionId: string;
  port = 0;
  readonly #recorded: string;
  readonly #promptId: string;
  readonly #options: FakeOptions;
  readonly #store = new FakeStore();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #stream: ServerResponse | null = null;
  /** what a client reads to catch up, as far as it has not since the stream is open again */
  #unread = new Set<string>();
  #read = Promise.withResolvers<void>();
  #replied = Promise.withResolvers<void>();
  #opening = Promise.withResolvers<void>();

  constructor(events: readonly RecordedEvent[], options: FakeOptions = {}) {
    const { sessionId, promptId } = recordedTurn(events);
    this.sessionId = sessionId;
    this.#promptId = promptId;
    this.#options = options;
    this.#recorded = JSON.stringify(events.filter(({ type }) => type !== 'server.connected'));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
    return this.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://fake');
    if (pathname === '/global/event') return this.#openStream(response);
    const body = asObject(JSON.parse((await readText(request)) || '{}'));
    if (pathname.endsWith('/prompt_async')) {
      response.writeHead(204).end();
      return await this.#play(asString(body['messageID']));
    }
    if (/\/(reply|reject)$/.test(pathname)) {
      this.replies.push({ path: pathname, body });
      this.#replied.resolve();
    }
    if (this.#options.deaf === true && pathname.endsWith('/abort')) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(this.#stored(pathname)));
    this.#unread.delete(pathname);
    if (this.#unread.size === 0) this.#read.resolve();
  }

  #stored(path: string): unknown {
    const session = /^\/session\/(ses_\w+)(\/message|\/todo)?$/.exec(path);
    if (path === '/session/status') return Object.fromEntries(this.#store.status);
    if (path === '/permission' || path === '/question') {
      const asked = [...this.#store.asks.values()].filter(({ kind }) => kind.startsWith(path.slice(1)));
      return asked.map(({ properties }) => properties);
    }
    if (session?.[2] === '/message') return this.#store.list(session[1] ?? '');
    if (session?.[2] === '/todo') return this.#store.todos;
    if (session !== null) return this.#store.sessions.get(session[1] ?? '') ?? { id: session[1] };
    return true;
  }

  #openStream(response: ServerResponse): void {
    this.opened += 1;
    this.#stream = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#write({ type: 'server.connected', properties: {} });
    const isLate = this.opened > 1 && (this.#options.late ?? 0) > 0;
    if (!isLate) this.#write({ type: 'server.heartbeat', properties: {} });
    this.#opening.resolve();
  }

  async #play(promptId: string): Promise<void> {
    const { breakAfter = Infinity, lose = 0, late = 0 } = this.#options;
    const events = JSON.parse(this.#recorded.replaceAll(this.#promptId, promptId)) as RecordedEvent[];
    for (const [index, event] of events.entries()) {
      this.#store.take(event);
      if (index <= breakAfter || index > breakAfter + lose + late) this.#write(event);
      if (index === breakAfter) this.#breakStream();
      if (index === Math.min(breakAfter + lose, events.length - 1) && breakAfter < events.length)
        await this.#reopened();
      const isLate = index > breakAfter + lose && index <= breakAfter + lose + late;
      if (isLate && (index === breakAfter + lose + late || index === events.length - 1 || isAsk(event)))
        this.#write({ type: 'server.heartbeat', properties: {} });
      if (this.#options.untilAnswered === true && isAsk(event)) await this.#replied.promise;
    }
  }

  async #reopened(): Promise<void> {
    const session = `/session/${this.sessionId}`;
    this.#unread = new Set([session, `${session}/message`, `${session}/todo`, '/permission', '/question']);
    this.#read = Promise.withResolvers();
    await this.#opening.promise;
    if (this.#options.untilRead === true) await this.#read.promise;
  }

  #breakStream(): void {
    this.#opening = Promise.withResolvers();
    // What was written before arrives; then the connection is gone.
    this.#stream?.end();
    this.#stream = null;
  }

  #write(payload: RecordedEvent): void {
    this.#stream?.write(
      `data: ${JSON.stringify({ directory: '/repo', payload: { id: 'evt', ...payload } })}\n\n`,
    );
  }
}

function isAsk({ type }: RecordedEvent): boolean {
  return type.endsWith('.asked');
}
