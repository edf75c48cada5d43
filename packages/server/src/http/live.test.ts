import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { ServerMessage } from '@pilotlight/protocol';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TOKEN, startTestServer } from '../../test/http-server.ts';
import type { TestServer } from '../../test/http-server.ts';

const bearer = { authorization: `Bearer ${TOKEN}` };

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** A WebSocket client whose messages can be awaited one after the other. */
class TestSocket implements Disposable {
  readonly socket: WebSocket;
  readonly #received: ServerMessage[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(to: TestServer) {
    this.socket = new WebSocket(`${to.http.url.replace('http', 'ws')}/api/ws`, { headers: bearer });
    this.socket.on('message', (data) => {
      this.#received.push(JSON.parse(String(data)) as ServerMessage);
      this.#wake.resolve();
    });
    this.socket.on('error', () => {});
  }

  async next(): Promise<ServerMessage> {
    while (this.#received.length === 0) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
    return this.#received.shift() as ServerMessage;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

async function connected(to = server): Promise<TestSocket> {
  const client = new TestSocket(to);
  expect(await client.next()).toEqual({ type: 'hello', version: '0.0.0', server_id: 'server' });
  return client;
}

function seqs(message: ServerMessage): number[] {
  return message.type === 'frames' ? message.frames.map((frame) => frame.seq) : [];
}

describe('a WebSocket', () => {
  it('gets a snapshot, then every frame once', async () => {
    const { journal, topic } = server;
    journal.publishText(topic, 3);
    using client = await connected();
    client.say({ type: 'subscribe', topic });
    expect(await client.next()).toMatchObject({ type: 'snapshot', topic, state: { seq: 3 } });
    journal.publishText(topic, 2);
    expect(seqs(await client.next())).toEqual([4, 5]);
  });

  it('goes on from `after`, also when nothing is missing, and gets a snapshot when frames are folded', async () => {
    const { journal, topic } = server;
    journal.publishText(topic, 3);
    using client = await connected();
    client.say({ type: 'subscribe', topic, after: 1 });
    expect(seqs(await client.next())).toEqual([2, 3]);
    client.say({ type: 'subscribe', topic, after: 3 });
    expect(await client.next()).toEqual({ type: 'frames', topic, frames: [] });
    expect(journal.listenerCount(topic)).toBe(1);
    journal.fold();
    client.say({ type: 'subscribe', topic, after: 1 });
    expect(await client.next()).toMatchObject({ type: 'snapshot', state: { seq: 3 } });
  });

  it('follows many topics and leaves one without the others', async () => {
    const { journal, topic } = server;
    using client = await connected();
    client.say({ type: 'subscribe', topic });
    client.say({ type: 'subscribe', topic: 'index' });
    expect(await client.next()).toMatchObject({ type: 'snapshot', topic });
    expect(await client.next()).toMatchObject({ type: 'snapshot', topic: 'index', state: { kind: 'index' } });
    client.say({ type: 'unsubscribe', topic });
    client.say({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    journal.publishText(topic, 1);
    journal.publishText('index', 1);
    expect(await client.next()).toMatchObject({ type: 'frames', topic: 'index' });
  });

  it('is told what is wrong with a message, and stays', async () => {
    using client = await connected();
    client.say('{');
    expect(await client.next()).toMatchObject({
      type: 'error',
      topic: null,
      error: { code: 'invalid_request' },
    });
    client.say({ type: 'subscribe', topic: 'chat:none' });
    expect(await client.next()).toMatchObject({
      type: 'error',
      topic: 'chat:none',
      error: { code: 'chat_not_found' },
    });
    client.say({ type: 'subscribe', topic: 'weather' });
    expect(await client.next()).toMatchObject({
      type: 'error',
      topic: 'weather',
      error: { code: 'invalid_request' },
    });
    client.say({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('ends when it sends something huge', async () => {
    using client = await connected();
    client.say('x'.repeat(64 * 1024));
    const [code] = (await once(client.socket, 'close')) as [number];
    expect(code).toBe(1009);
  });

  it('leaves no subscription behind', async () => {
    const { journal, topic } = server;
    using client = await connected();
    client.say({ type: 'subscribe', topic });
    await client.next();
    client.socket.terminate();
    await journal.untilLeft(topic);
    expect(journal.listenerCount(topic)).toBe(0);
  });

  it('that takes nothing costs a bounded memory, and is told to subscribe again', async () => {
    await using small = await startTestServer({ maxWaitingBytes: 256 * 1024 });
    const { journal, topic } = small;
    using client = await connected(small);
    client.say({ type: 'subscribe', topic });
    await client.next();
    client.socket.pause();
    // Far more than the buffers of both sides hold.
    for (let round = 0; round < 2000 && journal.listenerCount(topic) > 0; round++) {
      journal.publishText(topic, 1, 'x'.repeat(64 * 1024));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(journal.listenerCount(topic)).toBe(0);
    client.socket.resume();
    let last = 0;
    let message = await client.next();
    for (; message.type === 'frames'; message = await client.next()) {
      expect(seqs(message)).toEqual([++last]);
    }
    expect(message).toMatchObject({ type: 'resubscribe', topic });
    journal.publishText(topic, 1);
    client.say({ type: 'subscribe', topic, after: last });
    expect(seqs(await client.next())[0]).toBe(last + 1);
  });

  it('that is dead is ended', async () => {
    await using quick = await startTestServer({ heartbeat: 20 });
    // A peer that shakes hands and never answers a ping.
    const peer = connect(quick.http.port, '127.0.0.1');
    peer.write(
      `GET /api/ws HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: ${'a'.repeat(22)}==\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
    peer.resume();
    const closed = once(peer, 'close');
    using alive = await connected(quick);
    await closed;
    alive.say({ type: 'ping' });
    expect(await alive.next()).toEqual({ type: 'pong' });
  });

  it('is told when the server stops', async () => {
    await using other = await startTestServer();
    using client = await connected(other);
    const closed = once(client.socket, 'close') as Promise<[number]>;
    await other.http.close();
    expect((await closed)[0]).toBe(1001);
  });
});

describe('an event stream', () => {
  interface Stream extends Disposable {
    next(): Promise<EventSourceMessage | 'comment'>;
    response: IncomingMessage;
  }

  async function stream(path: string, headers: Record<string, string> = {}, to = server): Promise<Stream> {
    const events: (EventSourceMessage | 'comment')[] = [];
    let wake = Promise.withResolvers<void>();
    const take = (event: EventSourceMessage | 'comment'): void => {
      events.push(event);
      wake.resolve();
    };
    const parser = createParser({ onEvent: take, onComment: () => take('comment') });
    const call = request(to.http.url + path, { headers: { ...bearer, ...headers } }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.on('data', (chunk: Buffer) => parser.feed(chunk.toString()));
    response.on('error', () => {});
    return {
      response,
      async next() {
        while (events.length === 0) {
          await wake.promise;
          wake = Promise.withResolvers<void>();
        }
        return events.shift() as EventSourceMessage | 'comment';
      },
      [Symbol.dispose]: () => call.destroy(),
    };
  }

  it('begins with a snapshot and goes on with frames, each with the seq behind it', async () => {
    const { journal, topic, chat } = server;
    journal.publishText(topic, 2);
    using events = await stream(`/api/chats/${chat.id}/events`);
    expect(events.response.headers['content-type']).toContain('text/event-stream');
    expect(events.response.headers['x-content-type-options']).toBe('nosniff');
    expect(await events.next()).toMatchObject({ event: 'snapshot', id: '2' });
    journal.publishText(topic, 3);
    const frames = (await events.next()) as EventSourceMessage;
    expect(frames).toMatchObject({ event: 'frames', id: '5' });
    expect(seqs(JSON.parse(frames.data) as ServerMessage)).toEqual([3, 4, 5]);
  });

  it('goes on from Last-Event-ID and `after`, and sees the index', async () => {
    const { journal, topic, chat } = server;
    journal.publishText(topic, 3);
    using byHeader = await stream(`/api/chats/${chat.id}/events`, { 'last-event-id': '2' });
    expect(await byHeader.next()).toMatchObject({ event: 'frames', id: '3' });
    using byQuery = await stream(`/api/chats/${chat.id}/events?after=1`);
    expect(await byQuery.next()).toMatchObject({ event: 'frames', id: '3' });
    using index = await stream('/api/events');
    expect(await index.next()).toMatchObject({ event: 'snapshot', id: '0' });
  });

  it('beats while nothing happens, leaves no subscription behind, and ends with the server', async () => {
    const other = await startTestServer({ heartbeat: 20 });
    using events = await stream('/api/events', {}, other);
    await events.next();
    expect(await events.next()).toBe('comment');
    expect(other.journal.listenerCount('index')).toBe(1);
    const ended = once(events.response, 'end');
    await other.http.close();
    await ended;
    await other.journal.untilLeft('index');
    expect(other.journal.listenerCount('index')).toBe(0);
  });

  it('that nobody reads is ended instead of growing, and goes on by its last id', async () => {
    const { journal, topic, chat } = server;
    const path = `/api/chats/${chat.id}/events`;
    using slow = await stream(path);
    const begin = (await slow.next()) as EventSourceMessage;
    const closed = new Promise((resolve) => slow.response.once('close', resolve));
    slow.response.pause();
    for (let round = 0; round < 2000 && journal.listenerCount(topic) > 0; round++) {
      journal.publishText(topic, 4, 'x'.repeat(64 * 1024));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(journal.listenerCount(topic)).toBe(0);
    slow.response.resume();
    await closed;
    using again = await stream(path, { 'last-event-id': begin.id ?? '' });
    const rest = (await again.next()) as EventSourceMessage;
    expect(seqs(JSON.parse(rest.data) as ServerMessage)[0]).toBe(Number(begin.id) + 1);
  });

  it('of an unknown chat is a problem answer', async () => {
    const response = await server.api('/api/chats/none/events');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'chat_not_found' });
  });
});
