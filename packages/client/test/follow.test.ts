import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { ChatState, PilotlightError } from '@pilotlight/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOKEN, startTestServer, testChat, testTurn } from '../../server/test/http-server.ts';
import type { TestServer } from '../../server/test/http-server.ts';
import { createClient } from '../src/index.ts';
import type { Client, ConnectionStatus, Following } from '../src/index.ts';

let server: TestServer;
let client: Client;
beforeEach(async () => {
  server = await startTestServer();
  client = createClient({ url: server.http.url, token: TOKEN });
});
afterEach(() => server[Symbol.asyncDispose]());

/** A follow whose states can be awaited, and what it has seen. */
class Watch implements Disposable {
  readonly seqs: number[] = [];
  readonly statuses: string[] = [];
  readonly errors: PilotlightError[] = [];
  readonly following: Following<ChatState>;
  #wake = Promise.withResolvers<void>();

  constructor(of: Client, chatId: string, signal?: AbortSignal) {
    this.following = of.followChat(chatId, {
      onFrame: (frame) => this.seqs.push(frame.seq),
      onState: () => this.#wake.resolve(),
      onStatus: (status: ConnectionStatus) => this.#note(() => this.statuses.push(status.state)),
      onError: (error) => this.#note(() => this.errors.push(error)),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async until(condition: (state: ChatState | null) => boolean): Promise<void> {
    while (!condition(this.following.state)) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }

  #note(action: () => void): void {
    action();
    this.#wake.resolve();
  }

  [Symbol.dispose](): void {
    this.following[Symbol.dispose]();
  }
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('a follow', () => {
  it('keeps the state from a snapshot on, and ends when disposed', async () => {
    const { journal, topic, chat } = server;
    journal.publishText(topic, 2);
    using watch = new Watch(client, chat.id);
    await watch.until((state) => state?.seq === 2);
    journal.publishText(topic, 3);
    await watch.until((state) => state?.seq === 5);
    expect(watch.seqs).toEqual([3, 4, 5]);
    watch[Symbol.dispose]();
    await journal.untilLeft(topic);
    expect(watch.following.status).toEqual({ state: 'closed' });
  });

  it('ends with its signal', async () => {
    const { journal, topic, chat } = server;
    const abort = new AbortController();
    using watch = new Watch(client, chat.id, abort.signal);
    await watch.until((state) => state !== null);
    abort.abort();
    await journal.untilLeft(topic);
    expect(watch.following.status.state).toBe('closed');
  });

  it('shares one connection, and shows a late one the present state', async () => {
    const { journal, topic, chat } = server;
    journal.publishText(topic, 2);
    using first = new Watch(client, chat.id);
    await first.until((state) => state?.seq === 2);
    using second = new Watch(client, chat.id);
    await second.until((state) => state?.seq === 2);
    expect(journal.listenerCount(topic)).toBe(1);
    first[Symbol.dispose]();
    journal.publishText(topic, 1);
    await second.until((state) => state?.seq === 3);
    expect(first.seqs).toEqual([]);
    expect(second.seqs).toEqual([3]);
  });

  it('fails for good when the chat is not there or the token is refused', async () => {
    using missing = new Watch(client, 'cht_none');
    await missing.until(() => missing.errors.length > 0);
    expect(missing.errors[0]?.code).toBe('chat_not_found');
    const stranger = createClient({ url: server.http.url, token: 'wrong' });
    using refused = new Watch(stranger, server.chat.id);
    await refused.until(() => refused.errors.length > 0);
    expect(refused.errors[0]?.code).toBe('unauthorized');
    expect(refused.following.status.state).toBe('closed');
  });

  it('goes on over a restart of the server on the same port, without a gap or a repeat', async () => {
    const { journal, chat, topic, http } = server;
    journal.publishText(topic, 3);
    using watch = new Watch(client, chat.id);
    await watch.until((state) => state?.seq === 3);
    await http.close();
    await watch.until(() => watch.statuses.includes('waiting'));
    // What happens while nobody is there to tell it.
    journal.publishText(topic, 4);
    await using again = await startTestServer({ port: http.port }, journal);
    await watch.until((state) => state?.seq === 7);
    again.journal.publishText(topic, 1);
    await watch.until((state) => state?.seq === 8);
    expect(watch.seqs).toEqual(numbers(4, 8));
    expect(watch.statuses.at(-1)).toBe('live');
  });

  it('takes a snapshot when what it missed was folded away', async () => {
    const { journal, chat, topic, http } = server;
    journal.publishText(topic, 3);
    using watch = new Watch(client, chat.id);
    await watch.until((state) => state?.seq === 3);
    await http.close();
    journal.publishText(topic, 5);
    journal.fold();
    await using _again = await startTestServer({ port: http.port }, journal);
    await watch.until((state) => state?.seq === 8);
    expect(watch.seqs).toEqual([]);
  });
});

/** A wire that can be cut. */
class Proxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket
          .on('error', () => {})
          .on('close', () => {
            near.destroy();
            far.destroy();
            this.#sockets.delete(socket);
          });
      }
      near.pipe(far).pipe(near);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('a broken wire', () => {
  it('loses nothing, however often it is cut', async () => {
    const { journal, chat, topic, http } = server;
    await using proxy = new Proxy(http.port);
    using watch = new Watch(createClient({ url: await proxy.listen(), token: TOKEN }), chat.id);
    await watch.until((state) => state !== null);
    for (let round = 1; round <= 4; round++) {
      journal.publishText(topic, 5, 'x'.repeat(10_000));
      proxy.cut();
      journal.publishText(topic, 5);
      await watch.until((state) => state?.seq === round * 10);
    }
    expect(watch.seqs).toEqual(numbers(1, 40));
  });

  it('is followed by ever longer pauses', async () => {
    const dead = createClient({ url: 'http://127.0.0.1:9', token: TOKEN });
    const pauses: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    using _following = dead.followIndex({
      onStatus(status) {
        if (status.state !== 'waiting') return;
        pauses.push(status.retryAt - Date.now());
        if (pauses.length === 3) resolve();
      },
    });
    await promise;
    expect(pauses[1]).toBeGreaterThan((pauses[0] ?? 0) * 1.4);
    expect(pauses[2]).toBeGreaterThan((pauses[1] ?? 0) * 1.4);
  });
});

describe('waitForTurn', () => {
  it('resolves with the turn as it ended, and refuses one taken out of the queue', async () => {
    const { journal, chat, topic } = server;
    const turn = testTurn(chat.id, { id: 'trn_00000001', content: [] });
    const other = { ...turn, id: 'trn_00000002' };
    using watch = new Watch(client, chat.id);
    await watch.until((state) => state !== null);
    journal.publish(topic, { type: 'turn', turn }, { type: 'turn', turn: other });
    await watch.until((state) => state?.seq === 2);
    const ended = client.waitForTurn(chat.id, turn.id);
    const removed = client.waitForTurn(chat.id, other.id).catch((error: unknown) => error);
    // Both look at the present state first; from here on they only hear frames.
    await Promise.resolve();
    journal.publish(topic, { type: 'turn_removed', turnId: other.id });
    journal.publish(topic, { type: 'turn', turn: { ...turn, state: 'completed' } });
    expect(await ended).toMatchObject({ id: turn.id, state: 'completed' });
    expect(await removed).toMatchObject({ code: 'turn_not_found' });
  });

  it('rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    const waiting = client.waitForTurn(server.chat.id, 'trn_x', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('an operation', () => {
  it('throws what the server says, with the fields of a refused body', async () => {
    await expect(client.getChat(testChat().id)).rejects.toMatchObject({ code: 'chat_not_found' });
    const wrong = client.submitPrompt(server.chat.id, { id: 'x', content: [] });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid_request',
      details: { fields: [{ path: 'id' }, { path: 'content' }] },
    });
  });

  it('says where no server answers', async () => {
    const dead = createClient({ url: 'http://127.0.0.1:9' });
    await expect(dead.health()).rejects.toMatchObject({
      code: 'server_unreachable',
      details: { url: 'http://127.0.0.1:9' },
    });
  });

  it('says when what answers is something else', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {}).end('HTTP/1.1 502 Bad\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(createClient({ url }).health()).rejects.toMatchObject({ code: 'server_unreachable' });
    other.close();
  });

  it('makes a link that signs in', async () => {
    const link = await client.createSignInLink();
    const response = await fetch(link.url);
    expect(response.headers.get('set-cookie')).toContain('HttpOnly');
    await response.text();
  });

  it('installs an agent and passes its lines on', async () => {
    const lines: string[] = [];
    const agent = await client.installAgent('demo', { onLine: (line) => lines.push(line) });
    expect(agent.id).toBe('demo');
    expect(lines).toEqual(['fetching']);
    await expect(client.installAgent('other')).rejects.toMatchObject({ code: 'agent_unknown' });
  });

  it('ends an installation when its client gives up', async () => {
    const abort = new AbortController();
    const onLine = (): void => abort.abort(new Error('enough'));
    const installing = client.installAgent('slow', { signal: abort.signal, onLine });
    await expect(installing).rejects.toThrow('enough');
    await server.abandoned;
  });
});
