/** Tasks on a real store, real git and the real dispatcher; the agents are played by hand, and so is the clock. */
import {
  CreateTask,
  PilotlightError,
  emptyToolSnapshot,
  newId,
  type AgentEvent,
  type PermissionRequest,
  type Task,
} from '@pilotlight/protocol';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRepository, startDispatch } from './dispatch-harness.ts';

type Dispatch = ReturnType<typeof startDispatch>;

let d: Dispatch;
let projectId: string;

beforeEach(async () => {
  d = startDispatch();
  const path = join(d.root, 'shop');
  makeRepository(path);
  projectId = (await d.catalog.createProject({ path })).id;
});
afterEach(() => d[Symbol.asyncDispose]());

/** The server dies, and another goes on. */
async function restart(): Promise<void> {
  d.crash();
  d = startDispatch(d.root);
  for (const turn of d.store.turns.open()) {
    if (turn.state === 'queued') d.dispatcher.kick(turn.chatId);
    else d.dispatcher.takeUp(turn);
  }
  await d.desk.goOn();
}

async function create(text: string, more: Partial<CreateTask> = {}): Promise<Task> {
  const ids = { id: newId('task'), turnId: newId('turn') };
  const body = CreateTask.parse({ ...ids, projectId, content: [{ type: 'text', text }], ...more });
  return (await d.tasks.create(body)).task;
}
/** Every word of it is on disk. */
const now = (task: Task): Task => {
  d.journal.flush();
  return d.tasks.get(task.id);
};
const settled = async (): Promise<void> => {
  await d.desk.drained();
  await d.dispatcher.drained();
  await d.desk.drained();
};
const limit = (machine: number, agent = machine): void => {
  d.userSettings.update({ taskLimits: { machine, agent, agents: {} } });
  d.desk.limitsChanged();
};
const used = (inputTokens: number): AgentEvent => ({
  type: 'usage',
  usage: {},
  turn: {
    tokens: { inputTokens, outputTokens: 0, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    cost: { amount: inputTokens / 1000, currency: 'USD' },
  },
});
const untaken = { code: 'agent_failed' as const, message: 'Its program ended: exit 1.' };
/** Neither warm nor cold can the agent be started. */
function breakAgent(): void {
  d.backend.failEnsure = new PilotlightError(untaken.code, untaken.message);
  d.cold.result = { ok: false, error: { ...untaken, details: { started: false } } };
}

it('ends with what it has done: last words, changes, branch, times', async () => {
  const task = await create('tidy up', { title: 'Tidy', mode: 'accept_edits' });
  expect(task).toMatchObject({ state: 'starting', title: 'Tidy', text: 'tidy up' });
  const asked = await d.backend.asked();
  expect(now(task)).toMatchObject({ state: 'running', startedAt: 1_000_000 });
  expect(d.policies.get('session', now(task).sessionId ?? '')).toMatchObject({ mode: 'accept_edits' });
  writeFileSync(join(asked.ctx.worktreePath, 'new.txt'), 'one\ntwo\n');
  asked.ctx.onEvent({ type: 'text', text: 'First I look.' });
  asked.ctx.onEvent({ type: 'reasoning', text: 'hm' });
  asked.ctx.onEvent({ type: 'text', text: 'All is tidy now.' });
  asked.ctx.onEvent(used(5));
  d.advance(1000);
  asked.end();
  await settled();
  expect(now(task)).toMatchObject({
    state: 'done',
    endedAt: 1_001_000,
    error: null,
    result: {
      summary: 'All is tidy now.',
      diff: { files: 1, additions: 2, deletions: 0 },
      branch: expect.stringMatching(/^pilotlight\//),
      usage: { inputTokens: 5 },
    },
  });
});

it('waits for a place; the higher priority goes first, and each agent has its own number', async () => {
  limit(2, 1);
  const first = await create('first');
  const asked = await d.backend.asked();
  const low = await create('low', { priority: 'low' });
  const high = await create('high', { priority: 'high' });
  const other = await create('other', { agent: 'beta' });
  expect([first, low, high, other].map((task) => now(task).state)).toEqual([
    'running',
    'waiting',
    'waiting',
    'starting',
  ]);
  expect(now(low)).toMatchObject({ sessionId: null, chatId: null });
  const beta = await d.backend.asked();
  expect(beta.text).toBe('other');
  asked.end();
  const next = await d.backend.asked();
  expect(next.text).toBe('high');
  beta.end();
  next.end();
  const last = await d.backend.asked();
  expect(last.text).toBe('low');
  last.end();
  await settled();
  expect(d.store.tasks.open()).toEqual([]);
});

it('goes before others when its priority is raised while it waits', async () => {
  limit(1);
  await create('first');
  const asked = await d.backend.asked();
  await create('second');
  const third = await create('third');
  d.tasks.update(third.id, { priority: 'high' });
  asked.end();
  expect((await d.backend.asked()).text).toBe('third');
  expect(() => d.tasks.update(third.id, { priority: 'low' })).toThrow(
    expect.objectContaining({ code: 'conflict' }),
  );
});

it('starts when the limit is raised', async () => {
  limit(1);
  await create('first');
  await d.backend.asked();
  await create('second');
  limit(2);
  expect((await d.backend.asked()).text).toBe('second');
});

it('is started again after a pause when its agent could not be, in the same chat, with one prompt', async () => {
  breakAgent();
  const task = await create('tidy up');
  await settled();
  expect(now(task)).toMatchObject({
    state: 'waiting',
    failedStarts: 1,
    retryAt: 1_010_000,
    error: { message: untaken.message },
  });
  const { chatId, turnId } = now(task);
  expect(d.state(chatId ?? '').messages).toEqual([]);
  d.advance(10_000);
  await settled();
  expect(now(task)).toMatchObject({ state: 'waiting', failedStarts: 2, retryAt: 1_070_000, chatId, turnId });
  d.backend.failEnsure = null;
  d.advance(60_000);
  const asked = await d.backend.asked();
  expect(asked.text).toBe('tidy up');
  expect(now(task)).toMatchObject({ state: 'running', error: null });
  asked.end();
  await settled();
  expect(now(task)).toMatchObject({ state: 'done', failedStarts: 2 });
  expect(d.state(chatId ?? '').messages.filter(({ role }) => role === 'user')).toHaveLength(1);
});

it('is started again when its worktree could not be made', async () => {
  const inTheWay = join(d.root, 'data', 'worktrees');
  writeFileSync(inTheWay, '');
  const task = await create('tidy up');
  await settled();
  expect(now(task)).toMatchObject({ state: 'waiting', failedStarts: 1 });
  rmSync(inTheWay);
  d.advance(10_000);
  (await d.backend.asked()).end();
  await settled();
  expect(now(task)).toMatchObject({ state: 'done' });
});

it('fails when the last start that is allowed has failed, and lets the next one have its place', async () => {
  limit(1);
  breakAgent();
  const task = await create('tidy up', { retries: 1 });
  await settled();
  expect(now(task).state).toBe('waiting');
  const next = await create('next', { retries: 0 });
  await settled();
  expect(now(next)).toMatchObject({ state: 'failed', failedStarts: 0, error: { code: 'agent_failed' } });
  d.advance(10_000);
  await settled();
  expect(now(task)).toMatchObject({ state: 'failed', error: { code: 'agent_failed' } });
  expect(d.store.turns.get(task.turnId)).toMatchObject({ state: 'failed' });
});

it('never runs a prompt again that an agent has taken', async () => {
  const task = await create('tidy up');
  (await d.backend.asked()).end({ ok: false, error: { code: 'agent_failed', message: 'Ended: exit 7.' } });
  await settled();
  d.advance(24 * 3600 * 1000);
  await settled();
  expect(now(task)).toMatchObject({ state: 'failed', failedStarts: 0, error: { message: 'Ended: exit 7.' } });
  expect(d.backend.ensured).toHaveLength(1);
});

it('is cancelled at its time limit, and says so', async () => {
  const task = await create('tidy up', { timeLimitMs: 60_000 });
  const asked = await d.backend.asked();
  d.advance(59_999);
  expect(asked.ctx.signal.aborted).toBe(false);
  d.advance(1);
  expect(asked.ctx.signal.aborted).toBe(true);
  asked.end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
  await settled();
  expect(now(task)).toMatchObject({
    state: 'failed',
    error: { code: 'task_time_limit', message: expect.stringContaining('1 min') },
  });
});

it('that reached its time limit is cancelled by the next server when this one dies over it', async () => {
  const task = await create('tidy up', { timeLimitMs: 60_000 });
  await d.backend.asked();
  await restart();
  // Its agent is not there any more, so its turn is interrupted, which is no failure of the task's own.
  await settled();
  expect(now(task)).toMatchObject({ state: 'interrupted', error: { code: 'interrupted' } });
});

it('is cancelled when it has used its budget while it runs, and its session may use no more', async () => {
  const task = await create('tidy up', { budget: { tokens: null, cost: { amount: 1, currency: 'USD' } } });
  const asked = await d.backend.asked();
  asked.ctx.onEvent(used(999));
  expect(asked.ctx.signal.aborted).toBe(false);
  asked.ctx.onEvent(used(1000));
  expect(asked.ctx.signal.aborted).toBe(true);
  asked.end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
  await settled();
  expect(now(task)).toMatchObject({ state: 'failed', error: { code: 'task_budget' } });
  const { chatId } = now(task);
  d.submit(chatId ?? '', 'more');
  await settled();
  expect(d.state(chatId ?? '').chat?.hold).toMatchObject({ reason: 'budget', scope: 'session' });
});

it('says that it needs somebody while a question of its agent is open, and keeps its place', async () => {
  limit(1);
  const task = await create('tidy up');
  const asked = await d.backend.asked();
  await create('next');
  const request: PermissionRequest = {
    toolCall: emptyToolSnapshot('t'),
    options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }],
  };
  const answer = asked.ctx.onPermission?.(request);
  expect(now(task).state).toBe('needs_you');
  const [open] = d.store.permissions.list({ state: 'pending' });
  d.permissions.answer(open?.id ?? '', { optionId: 'yes' });
  await answer;
  expect(now(task).state).toBe('running');
  asked.end();
  expect((await d.backend.asked()).text).toBe('next');
});

it('is held while its agent needs a login, gives its place to the next, and goes on when there is one', async () => {
  limit(1);
  const task = await create('tidy up');
  const next = await create('next', { agent: 'beta' });
  const error = { code: 'agent_login_required' as const, message: 'alpha needs a login.' };
  (await d.backend.asked()).end({ ok: false, error });
  const beta = await d.backend.asked();
  expect(beta.text).toBe('next');
  expect(now(task)).toMatchObject({ state: 'held', failedStarts: 0 });
  d.holds.loggedIn('alpha');
  expect(now(task)).toMatchObject({ state: 'waiting' });
  beta.end();
  const again = await d.backend.asked();
  expect(again.text).toBe('tidy up');
  again.end();
  await settled();
  expect([now(task).state, now(next).state]).toEqual(['done', 'done']);
});

it('is cancelled while it waits, while it waits to be tried again, and while it runs', async () => {
  limit(1);
  const running = await create('running');
  const asked = await d.backend.asked();
  const waiting = await create('waiting');
  expect(d.tasks.cancel(waiting.id)).toMatchObject({ state: 'cancelled', sessionId: null, result: null });
  expect(() => d.tasks.cancel(waiting.id)).toThrow(expect.objectContaining({ code: 'task_over' }));
  d.tasks.cancel(running.id);
  expect(() => d.tasks.remove(running.id)).toThrow(expect.objectContaining({ code: 'task_running' }));
  asked.end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
  await settled();
  expect(now(running)).toMatchObject({ state: 'cancelled', error: null });
  breakAgent();
  const retried = await create('retried');
  await settled();
  expect(now(retried).state).toBe('waiting');
  // What somebody sends behind it goes on.
  d.backend.failEnsure = null;
  d.advance(9_000);
  d.submit(now(retried).chatId ?? '', 'by hand');
  expect(d.tasks.cancel(retried.id)).toMatchObject({ state: 'cancelled' });
  expect((await d.backend.asked()).text).toBe('by hand');
});

it('ends when its prompt is taken out of the queue of its chat', async () => {
  breakAgent();
  const task = await create('tidy up');
  await settled();
  d.queue.remove(task.turnId);
  expect(now(task)).toMatchObject({ state: 'cancelled' });
});

it('is made once more from the same text, and removed without its session', async () => {
  const task = await create('tidy up', { priority: 'high', retries: 1, base: 'main' });
  (await d.backend.asked()).end();
  await settled();
  const ids = { id: newId('task'), turnId: newId('turn') };
  const again = await d.tasks.retry(task.id, ids);
  expect(again).toMatchObject({
    created: true,
    task: {
      text: 'tidy up',
      priority: 'high',
      retries: 1,
      base: 'main',
      origin: { type: 'retry', taskId: task.id },
    },
  });
  expect(await d.tasks.retry(task.id, ids)).toMatchObject({ created: false });
  const asked = await d.backend.asked();
  expect(asked.text).toBe('tidy up');
  asked.end();
  await settled();
  const { sessionId } = now(task);
  d.tasks.remove(task.id);
  expect(() => d.tasks.get(task.id)).toThrow(expect.objectContaining({ code: 'task_not_found' }));
  expect(d.store.sessions.get(sessionId ?? '')).not.toBeNull();
});

it('outlives its session', async () => {
  const task = await create('tidy up');
  (await d.backend.asked()).end();
  await settled();
  await d.catalog.removeSession(now(task).sessionId ?? '');
  expect(now(task)).toMatchObject({ state: 'done', result: { summary: '' } });
});

it('waits over the death of a server, and starts in the next one as soon as there is a place', async () => {
  limit(1);
  const running = await create('running');
  await d.backend.asked();
  const waiting = await create('waiting', { priority: 'high' });
  await restart();
  const asked = await d.backend.asked();
  expect(asked.text).toBe('waiting');
  expect(now(running)).toMatchObject({ state: 'interrupted' });
  asked.end();
  await settled();
  expect(now(waiting)).toMatchObject({ state: 'done', turnId: waiting.turnId });
});

it('goes on with the turn that goes on after an interruption, where that is wanted', async () => {
  d.userSettings.update({ continueInterrupted: true });
  const task = await create('tidy up');
  await d.backend.asked();
  await restart();
  const asked = await d.backend.asked();
  expect(asked.text).toContain('Continue where you stopped.');
  asked.ctx.onEvent({ type: 'text', text: 'Now it is done.' });
  asked.end();
  await settled();
  expect(now(task)).toMatchObject({ state: 'done', result: { summary: 'Now it is done.' } });
  expect(now(task).turnId).not.toBe(task.turnId);
});

it('that ended when the server died over its result has one from the next', async () => {
  const task = await create('tidy up');
  const asked = await d.backend.asked();
  asked.ctx.onEvent({ type: 'text', text: 'Done.' });
  const turn = d.store.turns.get(task.turnId);
  if (turn === null) throw new Error('it runs');
  // As the end of a turn leaves it, when nothing comes after.
  d.journal.flush();
  d.store.turns.update({ ...turn, state: 'completed', endedAt: 1_000_500 });
  await restart();
  expect(now(task)).toMatchObject({ state: 'done' });
});

it('is refused, and nothing is made, when it could not begin', async () => {
  await expect(create('x', { agent: 'gamma' })).rejects.toMatchObject({ code: 'agent_unknown' });
  await expect(create('x', { base: 'no-such-branch' })).rejects.toMatchObject({ code: 'invalid_request' });
  expect(d.store.tasks.list()).toEqual([]);
});
