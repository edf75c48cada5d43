import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coldDispatch } from '../acp-dispatch.ts';
import { NO_MCP } from '../mcp-source.ts';
import { Bench, demoSpec, quickKill, TurnLog } from './test-bench.ts';

test('the second prompt finds the process warm', async () => {
  await using bench = new Bench(demoSpec());
  const first = await bench.turn('c1', '/echo one');
  expect(first.result).toEqual({ ok: true });
  expect(first.log.text).toBe('one');
  const pid = bench.children[0]?.pid;

  const handle = await bench.ensure('c1');
  expect(bench.backend.continuity(handle)).toBe('live');
  const second = bench.prompt(handle, '/echo two');
  expect(await second.result).toEqual({ ok: true });
  expect(second.text).toBe('two');
  expect(bench.children.map((child) => child.pid)).toEqual([pid]);
  expect(bench.residency.map(({ state }) => state)).toEqual([
    'starting',
    'ready',
    'busy',
    'ready',
    'busy',
    'ready',
  ]);
});

test('concurrent calls for one chat share one start, two chats share one process', async () => {
  await using bench = new Bench(demoSpec());
  const [a, again, b] = await Promise.all([bench.ensure('c1'), bench.ensure('c1'), bench.ensure('c2')]);
  expect(again).toBe(a);
  expect(b.agentSessionId).not.toBe(a.agentSessionId);
  expect(bench.children).toHaveLength(1);

  const release = join(bench.worktree(), 'release');
  const held = bench.prompt(a, `/hold ${release}`);
  await held.said('holding');
  const [state] = await bench.backend.inspect();
  expect(state).toMatchObject({
    agent: 'demo',
    state: 'busy',
    why: 'Runs 1 of 2 chats',
    chatIds: expect.arrayContaining(['c1', 'c2']),
  });
  expect(state?.memoryBytes).toBeGreaterThan(10_000_000);
  const other = bench.prompt(b, '/echo meanwhile');
  expect(await other.result).toEqual({ ok: true });
  expect(other.text).toBe('meanwhile');
  writeFileSync(release, '');
  expect(await held.result).toEqual({ ok: true });
  expect(held.text).toBe('holding released');

  await bench.backend.closeSession(a);
  expect(bench.survivors()).not.toEqual([]);
  await bench.backend.closeSession(b);
  expect(bench.survivors()).toEqual([]);
});

test('an agent whose processes are not shared gets one for each chat', async () => {
  await using bench = new Bench(demoSpec({ sharedProcess: false }));
  await Promise.all([bench.ensure('c1'), bench.ensure('c2')]);
  expect(new Set(bench.children.map((child) => child.pid)).size).toBe(2);
});

test('a cancel is acknowledged and the process stays', async () => {
  await using bench = new Bench(demoSpec());
  const log = bench.prompt(await bench.ensure('c1'), '/wait');
  await log.said('waiting');
  log.abort.abort();
  expect(await log.result).toMatchObject({
    ok: false,
    error: {
      code: 'cancelled',
      message: expect.stringMatching(/^Cancelled: .* acknowledged it and ended the turn\.$/),
      details: { by: 'acknowledged' },
    },
  });
  expect((await bench.turn('c1', '/echo on')).log.text).toBe('on');
  expect(bench.children).toHaveLength(1);
});

test('a cancel releases an open permission', async () => {
  await using bench = new Bench(demoSpec());
  const asked = Promise.withResolvers<void>();
  const log = bench.prompt(await bench.ensure('c1'), '/ask', {
    onPermission: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  await asked.promise;
  log.abort.abort();
  expect(await log.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'acknowledged' } } });
});

test('a permission is asked with its tool and options, and the answer reaches the agent', async () => {
  await using bench = new Bench(demoSpec());
  const asked: unknown[] = [];
  const { log, result } = await bench.turn('c1', '/ask', 'demo', {
    onPermission: async (request) => {
      asked.push(request);
      return { outcome: 'selected', optionId: 'allow-always' };
    },
  });
  expect(result).toEqual({ ok: true });
  expect(log.text).toBe('You chose allow-always.');
  expect(asked).toMatchObject([
    { toolCall: { title: 'A question', status: 'pending' }, options: [{ kind: 'allow_once' }, {}, {}] },
  ]);
  const refused = await bench.turn('c1', '/ask');
  expect(refused.log.text).toBe('You chose reject-once.');
});

test('kill -9: the turn fails with the signal, the next prompt resumes with its memory', async () => {
  await using bench = new Bench(demoSpec());
  await bench.turn('c1', '/echo remember me');
  const log = bench.prompt(await bench.ensure('c1'), '/wait');
  await log.said('waiting');
  process.kill(bench.children[0]?.pid ?? 0, 'SIGKILL');
  const result = await log.result;
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'agent_failed', details: { signal: 'SIGKILL' } },
  });
  expect(result.error?.message).toContain('Demo ended: SIGKILL');
  await bench.told(() => bench.residency.at(-1)?.state === 'cold');

  const handle = await bench.ensure('c1');
  expect(bench.backend.continuity(handle)).toBe('resumed');
  const recall = bench.prompt(handle, '/recall');
  await recall.result;
  expect(recall.text).toContain('/echo remember me');
  expect(bench.children).toHaveLength(2);
});

test('a crash is told with exit code and last words', async () => {
  await using bench = new Bench(demoSpec());
  const { log, result } = await bench.turn('c1', '/crash');
  expect(log.text).toBe('about to crash');
  expect(result.error).toMatchObject({ code: 'agent_failed', details: { exitCode: 7 } });
  expect(result.error?.message).toBe('Demo ended: exit 7. Last lines: demo agent: crashing as asked');
});

test('mode, model and options: the asking mode first, then the choice, which survives a restart of the process', async () => {
  await using bench = new Bench(demoSpec({ askMode: 'auto' }));
  const settings = async (chatId: string): Promise<string> => {
    const { log } = await bench.turn(chatId, 'settings', 'demo', {
      onPermission: async () => ({ outcome: 'selected', optionId: 'reject-once' }),
    });
    return /Settings: .*/.exec(log.text)?.[0] ?? log.text;
  };
  const handle = await bench.ensure('c1');
  expect(await settings('c1')).toBe('Settings: model demo-fast, mode auto, thinking low.');
  await bench.backend.configure(handle, {
    model: 'demo-careful',
    mode: 'ask',
    options: { thought_level: 'high' },
  });
  expect(await settings('c1')).toBe('Settings: model demo-careful, mode ask, thinking high.');
  const shown = bench.outOfTurn.map(({ event }) => event).findLast((event) => event.type === 'config');
  expect(shown?.options.map(({ id, currentValue }) => [id, currentValue])).toEqual([
    ['mode', 'ask'],
    ['model', 'demo-careful'],
    ['thought_level', 'high'],
  ]);

  process.kill(bench.children[0]?.pid ?? 0, 'SIGKILL');
  await bench.told(() => bench.residency.at(-1)?.state === 'cold');
  bench.stored.clear();
  expect(bench.backend.continuity(await bench.ensure('c1'))).toBe('fresh');
  expect(await settings('c1')).toBe('Settings: model demo-careful, mode ask, thinking high.');

  await expect(bench.backend.configure(handle, { model: 'demo-huge' })).rejects.toMatchObject({
    code: 'model_unknown',
    message: expect.stringContaining('demo-fast, demo-careful'),
  });
  await expect(bench.backend.configure(handle, { mode: 'yolo' })).rejects.toMatchObject({
    code: 'option_unknown',
  });
  await expect(bench.backend.configure(handle, { options: { wings: true } })).rejects.toMatchObject({
    code: 'option_unknown',
  });
  await expect(bench.ensure('c2', 'demo', { model: 'demo-huge' })).rejects.toMatchObject({
    code: 'model_unknown',
  });
  await bench.ensure('c3', 'demo', { model: 'demo-careful' });
  expect(await settings('c3')).toBe('Settings: model demo-careful, mode auto, thinking low.');
});

test('what is said after the answer belongs to the chat', async () => {
  await using bench = new Bench(demoSpec());
  const { log } = await bench.turn('c1', '/late');
  expect(log.text).toBe('before the end');
  await bench.told(() => bench.outOfTurn.some(({ event }) => event.type === 'text'));
  expect(bench.outOfTurn.find(({ event }) => event.type === 'text')).toEqual({
    chatId: 'c1',
    event: { type: 'text', text: ' after the end' },
  });
});

test('an error of the agent ends the turn and keeps the session', async () => {
  await using bench = new Bench(demoSpec());
  const { result } = await bench.turn('c1', '/fail no luck');
  expect(result.error).toMatchObject({ code: 'agent_failed', message: expect.stringContaining('no luck') });
  expect((await bench.turn('c1', '/echo on')).result).toEqual({ ok: true });
  expect(bench.children).toHaveLength(1);
});

test('closing leaves no process, and the next prompt resumes', async () => {
  await using bench = new Bench(demoSpec());
  const { log } = await bench.turn('c1', '/run sleep 0; echo ran', 'demo', {
    onPermission: async () => ({ outcome: 'selected', optionId: 'allow-once' }),
  });
  expect(log.events.findLast((event) => event.type === 'tool_update')).toMatchObject({
    toolCall: { status: 'completed' },
  });
  await bench.backend.closeSession(await bench.ensure('c1'));
  expect(bench.survivors()).toEqual([]);
  expect(bench.ledger.entries()).toEqual([]);
  expect(bench.backend.continuity(await bench.ensure('c1'))).toBe('resumed');
});

test('a program that is not there, and a disposed backend', async () => {
  await using bench = new Bench(demoSpec({ command: 'no-such-program-at-all' }));
  await expect(bench.ensure('c1')).rejects.toMatchObject({ code: 'agent_not_installed' });
  expect(bench.residency.at(-1)?.state).toBe('cold');
  await bench.backend.dispose();
  expect(bench.backend.health()).toBe('down');
  await expect(bench.ensure('c1')).rejects.toMatchObject({ code: 'server_stopping' });
});

test('a chat without a live session says that nothing was sent', async () => {
  await using bench = new Bench(demoSpec());
  const handle = await bench.ensure('c1');
  await bench.backend.closeSession(handle);
  expect(await bench.prompt(handle, '/echo').result).toMatchObject({
    error: { code: 'agent_unavailable', details: { sent: false } },
  });
});

test('an exception of the listener ends the turn, not the process', async () => {
  await using bench = new Bench(demoSpec());
  const { result } = await bench.turn('c1', '/count 1000', 'demo', {
    onEvent: (event) => {
      if (event.type === 'text') throw new Error('the store is full');
    },
  });
  expect(result.error).toEqual({ code: 'internal', message: 'the store is full' });
  expect((await bench.turn('c1', '/echo on')).log.text).toBe('on');
});

test('a cold dispatch runs one turn in a process of its own', async () => {
  await using bench = new Bench(demoSpec({ coldArgs: [] }));
  const agent = await bench.table.resolve('demo');
  const dispatch = (args: string[], log: TurnLog, text: string) =>
    coldDispatch({
      agent: { ...agent, args: ['--never-used'], coldArgs: args },
      processes: bench.processes,
      input: { content: [{ type: 'text', text }] },
      ctx: bench.ctx(log, 's1', {
        onPermission: async () => ({ outcome: 'selected', optionId: 'allow-once' }),
      }),
      choice: { model: 'demo-careful' },
      mcp: NO_MCP('p1'),
      env: { PILOTLIGHT_PORT_WEB: '21000' },
      kill: quickKill,
    });
  const log = new TurnLog();
  expect(await dispatch(agent.args, log, 'settings')).toEqual({ ok: true });
  expect(log.text).toContain('model demo-careful, mode ask');
  expect(bench.survivors()).toEqual([]);

  const ports = new TurnLog();
  await dispatch(agent.args, ports, '/run echo "on $PILOTLIGHT_PORT_WEB"');
  expect(JSON.stringify(ports.events)).toContain('on 21000');

  const cancelled = new TurnLog();
  cancelled.result = dispatch(agent.args, cancelled, '/wait');
  await cancelled.said('waiting');
  cancelled.abort.abort();
  expect(await cancelled.result).toMatchObject({
    error: { code: 'cancelled', details: { by: 'acknowledged' } },
  });

  const broken = await dispatch(['-e', 'process.exit(3)'], new TurnLog(), 'x');
  expect(broken.error).toMatchObject({ code: 'agent_failed', message: expect.stringContaining('exit 3') });

  const early = new TurnLog();
  early.abort.abort();
  expect(await dispatch(agent.args, early, 'x')).toMatchObject({
    error: { code: 'cancelled', message: 'Cancelled before the agent was asked.' },
  });
});
