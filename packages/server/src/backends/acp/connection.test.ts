import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import type { ChildProcessPort, ProcessExit } from '@pilotlight/keeper';
import { Connection, type PeerHandlers, type Resumption } from './connection.ts';
import { RpcError } from './rpc-error.ts';

/** The other end of a pipe without a process. */
class Peer implements ChildProcessPort {
  readonly id = 'peer';
  readonly pid = 1;
  readonly startedAt = 0;
  readonly out = new PassThrough();
  readonly stdout = this.out;
  written = 0;
  readonly said: { id?: unknown; method?: string; [key: string]: unknown }[] = [];
  readonly #exit = Promise.withResolvers<ProcessExit>();
  readonly exited = this.#exit.promise;
  stderr = '';
  writing: Promise<void> = Promise.resolve();

  async write(bytes: Uint8Array | string): Promise<void> {
    this.said.push(JSON.parse(Buffer.from(bytes).toString()));
    await this.writing;
  }
  acknowledge(): void {}
  closeStdin(): void {}
  stderrTail(): string {
    return this.stderr;
  }
  async end(): Promise<ProcessExit> {
    return this.exited;
  }
  async memoryBytes(): Promise<null> {
    return null;
  }
  say(...messages: unknown[]): void {
    this.out.write(
      messages
        .map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
        .join(''),
    );
  }
  exit(code: number | null, signal: string | null = null): void {
    this.#exit.resolve({ code, signal });
  }
}

const peers: Peer[] = [];

function connect(
  handlers: Partial<PeerHandlers> = {},
  lineLimit?: number,
  resumption?: Resumption,
): { peer: Peer; connection: Connection } {
  const peer = new Peer();
  peers.push(peer);
  const connection = new Connection({
    name: 'Agent',
    child: peer,
    handlers: { request: () => ({}), notification: () => {}, ...handlers },
    ...(lineLimit === undefined ? {} : { lineLimit }),
    ...(resumption === undefined ? {} : { resumption }),
  });
  return { peer, connection };
}

afterEach(() => {
  for (const peer of peers.splice(0)) {
    peer.out.end();
    peer.exit(0);
  }
});

test('what stands behind an answer is seen after it, in the order of the stream', async () => {
  const seen: string[] = [];
  const { peer, connection } = connect({ notification: (method) => void seen.push(method) });
  const answer = connection.request('ask', {}, { onAnswer: () => seen.push('answer') });
  peer.say({ method: 'before' }, { id: 0, result: 42 }, { method: 'behind' });
  expect(await answer).toBe(42);
  expect(seen).toEqual(['before', 'answer', 'behind']);
});

test('errors, ids as text, second answers and strange ones', async () => {
  const { peer, connection } = connect();
  const first = connection.request('a', {});
  const second = connection.request('b', {});
  const third = connection.request('c', {});
  peer.say(
    { id: 77, result: 1 },
    { id: null, result: 1 },
    { id: '0', result: 'text id' },
    { id: 0, result: 'again' },
  );
  peer.say({ id: 1, error: { code: 5, message: 'no', data: { details: 'because' } } }, { id: 2 });
  expect(await first).toBe('text id');
  const refused = await second.catch((cause: unknown) => cause);
  expect(refused).toBeInstanceOf(RpcError);
  expect((refused as RpcError).detail).toBe('no: because');
  await expect(third).rejects.toMatchObject({ code: 'agent_protocol' });
  expect(connection.noise()).toHaveLength(3);
});

test('requests of the agent are answered, unknown ones too, and noise never is', async () => {
  const { peer, connection } = connect({
    request: (method) => {
      if (method === 'known') return { yes: true };
      if (method === 'defect') throw new Error('oops');
      throw new RpcError(-32601, `Method not found: ${method}`);
    },
  });
  peer.say('npm notice', 'null', '[1,2', '{broken', { id: 'x', method: 'known' }, { id: 8, method: 'what' });
  peer.say([{ id: 9, method: 'defect' }]);
  const done = connection.request('sync', {});
  await expect.poll(() => peer.said.length).toBe(4);
  peer.say({ id: 0, result: null });
  expect(await done).toBeNull();
  const answers = peer.said.filter(({ method }) => method === undefined);
  expect(answers.sort((a, b) => String(a.id).localeCompare(String(b.id)))).toEqual([
    { jsonrpc: '2.0', id: 8, error: { code: -32601, message: 'Method not found: what' } },
    { jsonrpc: '2.0', id: 9, error: { code: -32603, message: 'oops' } },
    { jsonrpc: '2.0', id: 'x', result: { yes: true } },
  ]);
  expect(connection.noise()).toEqual(['npm notice', 'null', '[1,2', '{broken']);
});

test('a deadline and a signal end the wait; the late answer is ignored', async () => {
  const { peer, connection } = connect();
  await expect(connection.request('slow', {}, { deadlineMs: 5 })).rejects.toMatchObject({
    code: 'agent_timeout',
    message: expect.stringContaining('Agent did not answer slow within 0.005 s'),
  });
  const abort = new AbortController();
  const given = connection.request('given up', {}, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  await expect(connection.request('x', {}, { signal: abort.signal })).rejects.toThrow('enough');
  peer.say({ id: 0, result: 1 }, { id: 1, result: 1 });
  await expect.poll(() => connection.noise()).toHaveLength(2);
  expect(peer.said).toHaveLength(2);
});

test('the exit is told with code and last words, and what the pipe held is delivered first', async () => {
  const { peer, connection } = connect();
  const answered = connection.request('last words', {});
  const open = connection.request('never', {});
  peer.stderr = 'one\n\ntwo\n';
  peer.exit(7);
  peer.say({ id: 0, result: 'made it' });
  expect(await answered).toBe('made it');
  peer.out.end();
  await expect(open).rejects.toMatchObject({
    code: 'agent_failed',
    message: 'Agent ended: exit 7. Last lines: one\ntwo',
  });
  expect((await connection.ended).details).toEqual({ exitCode: 7, signal: null, stderr: 'one\ntwo' });
  await expect(connection.request('after', {})).rejects.toBe(connection.endReason);
});

test('an exit is noticed though somebody else holds the pipe', async () => {
  const { peer, connection } = connect();
  peer.exit(null, 'SIGKILL');
  expect((await connection.ended).message).toBe('Agent ended: SIGKILL.');
});

test('the end of stdout alone, and a message too long, are reasons too', async () => {
  const closed = connect();
  closed.peer.out.end();
  expect((await closed.connection.ended).message).toContain('closed its output and lives on');
  const long = connect({}, 100);
  long.peer.out.write(`{${'x'.repeat(200)}`);
  expect(await long.connection.ended).toMatchObject({ code: 'agent_protocol' });
});

test('an answer that an earlier server has had is no noise when it is told again', async () => {
  const old = `${JSON.stringify({ id: 3, result: 'had' })}\n`;
  const peer = new Peer();
  peers.push(peer);
  const connection = new Connection({
    name: 'Agent',
    child: peer,
    handlers: { request: () => ({}), notification: () => {} },
    resumption: { from: 0, until: old.length, nextId: 100, answered: new Set() },
  });
  connection.start();
  peer.out.write(old);
  await connection.caughtUp;
  peer.say({ id: 4, result: 'nobody asked' });
  await expect.poll(() => connection.noise()).toEqual(['{"id":4,"result":"nobody asked"}']);
});

test('a last message without newline counts', async () => {
  const { peer, connection } = connect();
  const answer = connection.request('a', {});
  peer.out.end('{"id":0,"result":1}');
  expect(await answer).toBe(1);
});

test('a peer that takes no input is given up before it fills our memory', async () => {
  const { peer, connection } = connect();
  peer.writing = new Promise(() => {});
  const text = 'x'.repeat(50 * 1024 * 1024);
  for (let n = 0; n < 3; n++) connection.notify('big', { text });
  expect((await connection.ended).message).toContain('does not read its input');
});

test('what is told again ends where it ends, also in half a line that nobody ever finishes', async () => {
  const heard: string[] = [];
  const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'told' })}\n`;
  const half = 'loading';
  const until = Buffer.byteLength(line + half);
  const resumption = { from: 0, until, nextId: 7, answered: new Set<string>() };
  const notification = (method: string): void => void heard.push(method);
  const { peer, connection } = connect({ notification }, undefined, resumption);
  peer.out.write(line + half);
  connection.start();
  await connection.caughtUp;
  expect(heard).toEqual(['told']);
  expect(connection.position).toBe(Buffer.byteLength(line));
});
