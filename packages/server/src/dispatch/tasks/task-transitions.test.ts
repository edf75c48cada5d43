import type { Task } from '@pilotlight/protocol';
import { expect, it } from 'vitest';
import { nextTask, takesPlace, type TaskEvent } from './task-transitions.ts';
import { pickTasks, nextRetry } from './pick-tasks.ts';

const failure = { code: 'agent_failed' as const, message: 'It ended.' };
const place = { sessionId: 'ses_1', chatId: 'cht_1' };
const start: TaskEvent = { type: 'start', at: 5, ...place };
const failed: TaskEvent = { type: 'start_failed', at: 100, error: failure, again: true };
const cancelled: TaskEvent = { type: 'end', at: 9, as: 'cancelled', error: null, result: null };

function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    projectId: 'prj_1',
    title: '',
    text: '',
    agent: 'alpha',
    model: null,
    base: null,
    inPlace: false,
    mode: null,
    state: 'waiting',
    priority: 'normal',
    timeLimitMs: null,
    budget: null,
    retries: 2,
    failedStarts: 0,
    retryAt: null,
    sessionId: null,
    chatId: null,
    turnId: `trn_${id}`,
    comparisonId: null,
    origin: { type: 'user' },
    createdAt: 0,
    startedAt: null,
    endedAt: null,
    error: null,
    result: null,
    webhook: null,
    ...more,
  };
}
const after = (...events: TaskEvent[]): Task => events.reduce(nextTask, task('1'));

it('takes a place while it starts, runs or asks, and gives it back when it is held or waits', () => {
  const states: [TaskEvent[], Task['state'], boolean][] = [
    [[], 'waiting', false],
    [[start], 'starting', true],
    [[start, { type: 'turn_running' }], 'running', true],
    [[start, { type: 'turn_running' }, { type: 'asked' }], 'needs_you', true],
    [[start, { type: 'held' }], 'held', false],
    [[start, { type: 'held' }, { type: 'no_place' }], 'waiting', false],
    [[start, failed], 'waiting', false],
    [[start, cancelled], 'cancelled', false],
  ];
  for (const [events, state, takes] of states) {
    expect(after(...events).state).toBe(state);
    expect(takesPlace(after(...events))).toBe(takes);
  }
});

it('is tried again after growing pauses as often as it may be, then fails', () => {
  const once = after(start, failed);
  expect(once).toMatchObject({ failedStarts: 1, retryAt: 10_100, error: failure });
  const twice = [start, failed].reduce(nextTask, once);
  expect(twice).toMatchObject({ state: 'waiting', failedStarts: 2, retryAt: 60_100 });
  expect([start, failed].reduce(nextTask, twice)).toMatchObject({
    state: 'failed',
    failedStarts: 3,
    retryAt: null,
    endedAt: 100,
  });
  expect(after(start, { ...failed, again: false })).toMatchObject({ state: 'failed' });
});

it('forgets why an earlier start failed once its agent has the prompt', () => {
  expect(after(start, failed, start, { type: 'turn_running' })).toMatchObject({
    state: 'running',
    error: null,
  });
});

it('fails for a limit of its own, and not when it was done before that', () => {
  const error = { code: 'task_time_limit' as const, message: 'Too long.' };
  const stopped = after(start, { type: 'turn_running' }, { type: 'stop', error });
  expect(nextTask(stopped, cancelled)).toMatchObject({ state: 'failed', error });
  expect(nextTask(stopped, { ...cancelled, as: 'done' })).toMatchObject({ state: 'done', error: null });
});

it('stays over', () => {
  const over = after(start, cancelled);
  for (const event of [start, failed, cancelled, { type: 'turn_running' } as const])
    expect(() => nextTask(over, event)).toThrow(expect.objectContaining({ code: 'task_over' }));
});

it('is not moved by its turn while it waits', () => {
  expect(after(start, failed, { type: 'turn_running' }).state).toBe('waiting');
});

it('is to be told when it has ended, never before', () => {
  const webhook = {
    url: 'http://x',
    signed: false,
    state: 'waiting' as const,
    attempts: 0,
    status: null,
    error: null,
    at: null,
    nextAt: null,
  };
  const told = [start, cancelled].reduce(nextTask, task('1', { webhook }));
  expect(told.webhook).toMatchObject({ state: 'pending', nextAt: 9 });
});

const limits = { machine: 3, agent: 2, agents: { beta: 1 } };
const picked = (open: Task[], now = 0): string[] =>
  pickTasks(open, new Set(), limits, now).map(({ id }) => id);

it('lets higher priority first, then the older, within the limits of the machine and of each agent', () => {
  const open = [
    task('a', { priority: 'low' }),
    task('b'),
    task('c', { agent: 'beta' }),
    task('d', { priority: 'high', agent: 'beta' }),
    task('e', { priority: 'high' }),
  ];
  expect(picked(open)).toEqual(['d', 'e', 'b']);
  expect(picked([task('r', { state: 'running' }), task('n', { state: 'needs_you' }), ...open])).toEqual([
    'd',
  ]);
  expect(picked([task('h', { state: 'held' }), ...open])).toEqual(['d', 'e', 'b']);
});

it('counts those that are about to start', () => {
  const open = [task('a'), task('b'), task('c')];
  expect(pickTasks(open, new Set(['a', 'b']), limits, 0)).toEqual([]);
});

it('does not start before a pause is over', () => {
  const open = [task('a', { retryAt: 50 }), task('b', { retryAt: 40 })];
  expect(picked(open, 39)).toEqual([]);
  expect(nextRetry(open, 39)).toBe(40);
  expect(picked(open, 40)).toEqual(['b']);
});

it('takes a name that objects have for an agent like any other', () => {
  expect(picked([task('a', { agent: 'constructor' })])).toEqual(['a']);
});
