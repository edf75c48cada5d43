/** Webhooks against a real receiver on loopback, with a clock that is moved by hand. */
import { CreateTask, newId, type Task } from '@pilotlight/protocol';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mayBeTold } from '../src/dispatch/tasks/webhook-address.ts';
import { makeRepository, startDispatch } from './dispatch-harness.ts';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  path: string;
}

const NOTHING: Received = { headers: {}, body: '', path: '' };

let d: ReturnType<typeof startDispatch>;
let projectId: string;
let receiver: Server;
let url: string;
let received: Received[];
/** what the receiver answers, by path */
let answers: Record<string, number>;

beforeEach(async () => {
  d = startDispatch();
  const path = join(d.root, 'shop');
  makeRepository(path);
  projectId = (await d.catalog.createProject({ path })).id;
  received = [];
  answers = {};
  receiver = createServer((request, response) => {
    void buffer(request).then((body) => {
      const path = request.url ?? '';
      received.push({ headers: request.headers, body: body.toString(), path });
      response.writeHead(answers[path] ?? 204, { location: '/elsewhere' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await d[Symbol.asyncDispose]();
});

async function done(webhook: { url: string; secret?: string }): Promise<Task> {
  const content = [{ type: 'text' as const, text: 'the secret plan' }];
  const body = { id: newId('task'), turnId: newId('turn'), projectId, content, title: 'Plan', webhook };
  const { task } = await d.tasks.create(CreateTask.parse(body));
  const asked = await d.backend.asked();
  asked.ctx.onEvent({ type: 'text', text: 'Done.' });
  asked.end();
  await d.dispatcher.drained();
  await d.desk.drained();
  return d.tasks.get(task.id);
}

it('is told the result, signed, and nothing of the prompt or this machine', async () => {
  const task = await done({ url: `${url}/done`, secret: 'hush-hush' });
  expect(task.webhook).toMatchObject({
    state: 'delivered',
    attempts: 1,
    status: 204,
    error: null,
    signed: true,
  });
  const [{ headers, body } = NOTHING] = received;
  expect(JSON.parse(body)).toMatchObject({
    event: 'task_ended',
    task: { id: task.id, state: 'done', title: 'Plan', result: { summary: 'Done.' } },
  });
  expect(body).not.toContain('the secret plan');
  expect(body).not.toContain(d.root);
  expect(headers['pilotlight-delivery']).toBe(task.id);
  const [, time = '', signature] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['pilotlight-signature'])) ?? [];
  expect(time).toBe('1000');
  expect(createHmac('sha256', 'hush-hush').update(`${time}.${body}`).digest('hex')).toBe(signature);
  expect(JSON.stringify(d.journal.indexState())).not.toContain('hush-hush');
});

it('is told again after growing pauses when it does not take it, over a restart too, and then given up', async () => {
  answers['/'] = 503;
  const task = await done({ url: `${url}/` });
  expect(task.webhook).toMatchObject({ state: 'pending', attempts: 1, status: 503, nextAt: 1_010_000 });
  d.advance(10_000);
  await d.desk.drained();
  expect(d.tasks.get(task.id).webhook).toMatchObject({ attempts: 2, nextAt: 1_070_000 });
  d.crash();
  d = startDispatch(d.root, {}, 1_070_000);
  await d.desk.goOn();
  await d.desk.drained();
  expect(d.tasks.get(task.id).webhook).toMatchObject({ attempts: 3 });
  for (let hours = 0; hours < 3; hours += 1) {
    d.advance(3 * 3_600_000);
    await d.desk.drained();
  }
  expect(d.tasks.get(task.id).webhook).toMatchObject({ state: 'failed', attempts: 6, nextAt: null });
  expect(received).toHaveLength(6);
  expect(new Set(received.map(({ headers }) => headers['pilotlight-delivery']))).toEqual(new Set([task.id]));
});

it('is told again only after a pause when the store does not take that it was told', async () => {
  const database = new DatabaseSync(join(d.root, 'data', 'pilotlight.db'));
  database.exec(`CREATE TRIGGER refusing BEFORE UPDATE ON tasks WHEN OLD.state = 'done'
    BEGIN SELECT RAISE(ABORT, 'refused'); END`);
  const task = await done({ url });
  expect(received).toHaveLength(1);
  expect(d.errors).toHaveLength(1);
  database.exec('DROP TRIGGER refusing');
  database.close();
  d.advance(60_000);
  await d.desk.drained();
  expect(d.tasks.get(task.id).webhook).toMatchObject({ state: 'delivered', attempts: 1 });
  expect(received).toHaveLength(2);
});

it('is not followed elsewhere', async () => {
  answers['/moved'] = 302;
  const task = await done({ url: `${url}/moved` });
  expect(task.webhook).toMatchObject({
    state: 'pending',
    status: 302,
    error: expect.stringContaining('not followed'),
  });
  expect(received.map(({ path }) => path)).toEqual(['/moved']);
});

it('says why nobody answers', async () => {
  receiver.close();
  await once(receiver, 'close');
  const task = await done({ url });
  expect(task.webhook).toMatchObject({
    state: 'pending',
    status: null,
    error: expect.stringContaining('ECONNREFUSED'),
  });
});

it('never goes to where a machine gets its credentials, by whatever name', async () => {
  const task = await done({ url: 'http://169.254.169.254/latest/meta-data' });
  expect(task.webhook).toMatchObject({ status: null, error: expect.stringContaining('credentials') });
  for (const address of [
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fd00:ec2::254',
    '0.0.0.0',
    '::',
    'x',
  ])
    expect([address, mayBeTold(address)]).toEqual([address, false]);
  for (const address of ['127.0.0.1', '10.0.0.5', '192.168.1.4', '::1', 'fd12::1', '93.184.216.34'])
    expect([address, mayBeTold(address)]).toEqual([address, true]);
});

it('has no name or password in its URL', () => {
  const webhook = { url: 'https://user:pass@example.com/' };
  const content = [{ type: 'text' as const, text: 'x' }];
  const body = { id: newId('task'), turnId: newId('turn'), projectId, content, webhook };
  expect(CreateTask.safeParse(body).success).toBe(false);
  expect(CreateTask.safeParse({ ...body, webhook: { url: 'file:///etc/passwd' } }).success).toBe(false);
});
