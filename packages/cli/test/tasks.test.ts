/** Tasks, comparisons, schedules and triggers from the command line. */
import type { ComparisonWithTasks, Schedule, Settings, Task, Trigger } from '@pilotlight/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve();
});
afterAll(() => bench[Symbol.asyncDispose]());

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await bench.run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

it('waits for a task, says its result, and ends with its exit code', async () => {
  const options = [
    '--agent',
    'demo',
    '--priority',
    'high',
    '--timeout',
    '90s',
    '--budget',
    '2.50EUR',
    '--wait',
  ];
  const done = await bench.run(['task', '/echo', 'All is tidy.', ...options]);
  expect(done.code).toBe(0);
  expect(done.stdout).toContain('All is tidy.');
  const [task] = await json<Task[]>('task', 'list');
  expect(task).toMatchObject({
    priority: 'high',
    timeLimitMs: 90_000,
    budget: { tokens: null, cost: { amount: 2.5, currency: 'EUR' } },
  });
  expect((await bench.run(['task', '/fail', 'on', 'purpose', '--agent', 'demo', '--wait'])).code).toBe(1);
  const wrong = await bench.run(['task', 'x', '--timeout', 'soon']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('90s, 30m or 2h')]);
});

it('cancels, runs again and removes', async () => {
  const { task } = await json<{ task: Task }>('task', '/wait', '--agent', 'demo');
  expect((await bench.run(['task', 'remove', task.id])).code).toBe(5);
  const waiting = bench.run(['task', 'run', '/echo', 'x', '--agent', 'demo', '--wait']);
  await json('task', 'cancel', task.id);
  expect((await waiting).code).toBe(0);
  const again = await json<{ task: Task }>('task', 'retry', task.id);
  expect(again.task).toMatchObject({ text: '/wait', origin: { type: 'retry', taskId: task.id } });
  await json('task', 'cancel', again.task.id);
  expect((await bench.run(['task', 'remove', task.id])).code).toBe(0);
  expect((await bench.run(['task', 'show', task.id])).code).toBe(5);
});

it('compares two models and keeps one', async () => {
  const said = [
    'task',
    'compare',
    '/echo',
    'hello',
    '--with',
    'demo',
    '--with',
    'demo:demo-careful',
    '--wait',
  ];
  const { comparison, tasks } = await json<ComparisonWithTasks>(...said);
  expect(tasks.map(({ state, model }) => [state, model])).toEqual([
    ['done', null],
    ['done', 'demo-careful'],
  ]);
  const kept = await json<ComparisonWithTasks>('task', 'keep', comparison.id, tasks[1]?.id ?? '');
  expect(kept.comparison.keptTaskId).toBe(tasks[1]?.id);
});

it('makes, turns off and removes a schedule', async () => {
  const made = await json<Schedule>(
    'schedule',
    'new',
    '0 3 * * *',
    'tidy',
    'up',
    '--time-zone',
    'UTC',
    '--agent',
    'demo',
  );
  expect(made).toMatchObject({ name: 'tidy up', cron: '0 3 * * *', timeZone: 'UTC', overlap: 'skip' });
  expect(await json<Schedule>('schedule', 'off', made.id)).toMatchObject({ enabled: false, nextAt: null });
  expect(await json<Schedule>('schedule', 'change', made.id, '--missed', 'skip')).toMatchObject({
    missed: 'skip',
  });
  expect((await bench.run(['schedule', 'new', 'now and then', 'x'])).code).toBe(2);
  expect((await bench.run(['schedule', 'remove', made.id])).code).toBe(0);
  expect(await json<Schedule[]>('schedule')).toEqual([]);
});

it('shows the secret of a trigger once, and with it a request that works', async () => {
  const made = await json<{ trigger: Trigger; secret: string; url: string }>(
    'trigger',
    'new',
    'New issue',
    '/echo',
    'hello',
    '--agent',
    'demo',
  );
  const headers = { authorization: `Bearer ${made.secret}` };
  const answer = await fetch(made.url, { method: 'POST', headers });
  expect(answer.status).toBe(202);
  const listed = await bench.run(['trigger']);
  expect(listed.stdout).toContain('New issue');
  expect(listed.stdout).not.toContain(made.secret);
  expect((await bench.run(['trigger', 'remove', made.trigger.id])).code).toBe(0);
});

it('says how many tasks may run at the same time', async () => {
  await json('settings', 'task-limit', '6');
  const settings = await json<Settings>('settings', 'task-limit-per-agent', 'demo=2');
  expect(settings.taskLimits).toEqual({ machine: 6, agent: 3, agents: { demo: 2 } });
  expect((await bench.run(['settings', 'task-limit', 'many'])).code).toBe(2);
});
