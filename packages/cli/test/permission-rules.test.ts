import type { Permission, Policy } from '@pilotlight/protocol';
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
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

it('rules of the project are written, tried, listed and taken back', async () => {
  await bench.run(['prompt', '--agent', 'demo', '--permission', 'reject', '/run echo hi']);
  const tried = await bench.run(['permissions', 'rules', 'try', 'allow', '--command', 'echo *']);
  expect(tried.stdout).toContain('would have allowed 1 of the last 1, 1 against what you answered');
  expect(
    (await json<Policy>('permissions', 'rules', 'add', 'allow', '--command', 'echo *')).rules,
  ).toMatchObject([{ action: 'allow', command: 'echo *' }]);
  await json('permissions', 'rules', 'add', 'deny', '--path', '.env', '--at', '2');
  const listed = await bench.run(['permissions', 'rules']);
  expect(listed.stdout).toMatch(/1 {2}allow {2}any tool {2}echo \*.*\n2 {2}deny {3}any tool {2}\.env/);
  const ran = await bench.run(['prompt', '--agent', 'demo', '/run echo by-rule']);
  expect([ran.code, ran.stderr.includes('permissions answer')]).toEqual([0, false]);
  expect((await json<Permission[]>('permissions', 'list', '--all')).at(-1)).toMatchObject({
    answeredBy: 'rule',
    decision: { by: 'rule', scope: 'project' },
  });
  await json('permissions', 'rules', 'remove', '2');
  expect((await json<Policy>('permissions', 'rules', 'remove', '1')).rules).toEqual([]);
});

it('mode and deadline are shown and changed, of a session too', async () => {
  expect((await bench.run(['permissions', 'mode'])).stdout).toMatch(/mode {6}ask\ndeadline {2}none/);
  const { session } = await json<{ session: { id: string } }>('session', 'new', '--agent', 'demo');
  const of = ['--session', session.id];
  expect(await json('permissions', 'mode', 'accept_edits', ...of)).toMatchObject({
    scope: 'session',
    mode: 'accept_edits',
  });
  expect(await json('permissions', 'deadline', '90', ...of)).toMatchObject({ answerWithin: 90 });
  expect(await json('permissions', 'deadline', 'off', ...of)).toMatchObject({ answerWithin: null });
  expect(await json('permissions', 'mode', 'inherit', ...of)).toMatchObject({ mode: null });
  // A project is named by its id or its folder.
  const named = await json('permissions', 'mode', 'allow_in_worktree', '--project', bench.repository);
  expect(named).toMatchObject({ scope: 'project', mode: 'allow_in_worktree' });
  expect((await bench.run(['permissions', 'mode', 'ask', '--project', '.'])).code).toBe(0);
  expect((await bench.run(['permissions', 'mode', 'yolo'])).code).toBe(2);
  expect((await bench.run(['permissions', 'deadline', 'soon'])).code).toBe(2);
});

it('an "always" says the rule it makes, and is kept where it is asked to be', async () => {
  const running = bench.spawn(['prompt', '--agent', 'demo', '/run true']);
  const [, id = ''] = await running.until('stderr', /permissions answer (\S+)/);
  expect((await bench.run(['permissions', 'list'])).stdout).toMatch(/always {2}allow +true/);
  await json('permissions', 'answer', id, 'allow-always', '--remember', 'project');
  expect((await running.result).code).toBe(0);
  expect((await json<Policy>('permissions', 'rules', 'list')).rules).toMatchObject([
    { action: 'allow', kind: 'execute', command: 'true', permissionId: id },
  ]);
  expect((await bench.run(['prompt', '--agent', 'demo', '/run true'])).code).toBe(0);
});
