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
    '--budget',
    '200000tokens',
    '--wait',
  ];
  const done = await bench.run(['task', '/echo', 'All is tidy.', ...options]);
  expect(done.code).toBe(0);
  expect(done.stdout).toContain('All is tidy.');
  const [task] = await json<Task[]>('task', 'list');
  expect(task).toMatchObject({
    priority: 'high',
    timeLimitMs: 90_000,
    budget: { tokens: 200_000, cost: { amount: 2.5, currency: 'EUR' } },
  });
  expect((await bench.run(['task', '/fail', 'on', 'purpose', '--agent', 'demo', '--wait'])).code).toBe(1);
});

it('refuses what it cannot read, with an example, and starts nothing', async () => {
  const before = await json<Task[]>('task', 'list');
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await bench.run(args, { input: '' });
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    return stderr;
  };
  expect(await refused('task')).toContain('for example: pilotlight task "');
  expect(await refused('task', 'shwo')).toContain('did you mean "show"');
  expect(await refused('task', 'x', '--timeout', 'soon')).toContain('90s, 30m or 2h');
  expect(await refused('task', 'x', '--budget', '1', '--budget', '2')).toContain('money twice');
  expect(await refused('task', 'x', '--retries', '11')).toContain('from 0 to 10');
  expect(await refused('task', 'x', '--mode', 'y')).toMatch(/^✗ --mode is "y"; expected ask, .*task run/s);
  expect(await refused('task', 'compare', 'x', '--with', 'demo')).toContain('two at least');
  const short = { input: '', env: { PILOTLIGHT_WEBHOOK_SECRET: 'short' } };
  const hook = ['task', 'x', '--webhook', 'http://hooks.invalid/'];
  expect((await bench.run(hook, short)).stderr).toContain('at least 8');
  expect(await refused('task', 'show')).toContain('(pilotlight task show --help shows how)');
  expect(await refused('schedule', 'new', '0 3 * * *')).toContain('pilotlight schedule new "');
  expect(await refused('schedule', 'new', 'now and then', 'x')).toContain('expected five fields');
  expect(await refused('trigger', 'new', 'x')).toContain('pilotlight trigger new "');
  expect(await refused('settings', 'task-limit', '0')).toContain('from 1 to 100');
  expect(await json('task', 'list')).toEqual(before);
});

it('cancels, runs again and removes', async () => {
  const { task } = await json<{ task: Task }>('task', '/wait', '--agent', 'demo');
  expect((await bench.run(['task', 'remove', task.id])).code).toBe(5);
  expect((await bench.run(['task', 'priority', task.id, 'high'])).code).toBe(5);
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
  const rows = (await bench.run(['task', 'comparisons', comparison.id])).stdout;
  expect(rows).toMatch(/ done +demo +/);
  expect(rows).toMatch(/ done +demo demo-careful /);
  const kept = await json<ComparisonWithTasks>('task', 'keep', comparison.id, tasks[1]?.id ?? '');
  expect(kept.comparison.keptTaskId).toBe(tasks[1]?.id);
  expect((await bench.run(['task', 'forget', comparison.id])).code).toBe(0);
  expect((await bench.run(['task', 'comparisons'])).stdout).toBe('There is no comparison.\n');
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
  const said = ['sweep', 'up', '--name', 'Sweep', '--budget', '5000tokens', '--in-place', '--mode', 'ask'];
  const change = (...args: string[]): Promise<Schedule> => json('schedule', 'change', made.id, ...args);
  expect(await change(...said)).toMatchObject({
    name: 'Sweep',
    cron: '0 3 * * *',
    task: {
      content: [{ type: 'text', text: 'sweep up' }],
      agent: 'demo',
      budget: { tokens: 5000, cost: null },
      inPlace: true,
      mode: 'ask',
    },
  });
  expect((await change('--cron', '0 4 * * *')).task.inPlace).toBe(true);
  const { task } = await change('--budget', 'none', '--mode', 'project', '--no-in-place');
  expect(task).toEqual({
    content: [{ type: 'text', text: 'sweep up' }],
    agent: 'demo',
    inPlace: false,
    priority: 'normal',
    retries: 3,
  });
  expect((await bench.run(['schedule', 'show', made.id])).stdout).toMatch(/name +Sweep\n.*sweep up\n$/s);
  expect((await bench.run(['schedule', 'change', made.id])).code).toBe(2);
  const next = await bench.run(['schedule', 'next', '0 3 29 2 *', '--time-zone', 'Europe/Berlin']);
  expect(next.stdout).toMatch(/^\w{3} 20\d\d-02-29 03:00\n/);
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
  const changed = ['New pull request', '--webhook', 'https://hooks.invalid/x', '--timeout', '1h'];
  expect(await json('trigger', 'change', made.trigger.id, '--name', ...changed)).toMatchObject({
    trigger: {
      name: 'New pull request',
      task: {
        content: made.trigger.task.content,
        timeLimitMs: 3_600_000,
        webhook: { url: 'https://hooks.invalid/x', signed: false },
      },
    },
    secret: null,
  });
  const listed = await bench.run(['trigger']);
  expect(listed.stdout).toContain('New pull request');
  expect(listed.stdout).not.toContain(made.secret);
  expect((await bench.run(['trigger', 'remove', made.trigger.id])).code).toBe(0);
});

it('says how many tasks may run at the same time', async () => {
  await json('settings', 'task-limit', '6');
  const settings = await json<Settings>('settings', 'task-limit-per-agent', 'demo=2');
  expect(settings.taskLimits).toEqual({ machine: 6, agent: 3, agents: { demo: 2 } });
  const taken = await json<Settings>('settings', 'task-limit-per-agent', 'demo=default');
  expect(taken.taskLimits).toEqual({ machine: 6, agent: 3, agents: {} });
});
