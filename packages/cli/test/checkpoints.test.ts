/** Kept states of worktrees, from the command line. */
import type { Checkpoint, Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bench } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve([], { env: { PILOTLIGHT_SPARES: '0' } });
});
afterAll(() => bench[Symbol.asyncDispose]());

it('are listed, put back, undone, gone on from, and brought back', { timeout: 120_000 }, async () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: bench.repository });
  git('commit', '-q', '--allow-empty', '-m', 'first');
  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await bench.run([...args, '--json'])).stdout) as T;
  await bench.run([
    'prompt',
    '--agent',
    'demo',
    '--permission',
    'allow',
    '/run sleep 0.05; echo one > a.txt',
  ]);
  const [session] = await json<Session[]>('session', 'list');
  const id = session?.id ?? '';
  const file = join(session?.worktree?.path ?? '', 'a.txt');
  const checkpoints = await json<Checkpoint[]>('session', 'checkpoints', id);
  const after = checkpoints.find(({ kind }) => kind === 'after_turn');
  expect((await bench.run(['session', 'checkpoints', id])).stdout).toContain('after a turn');

  writeFileSync(file, 'mine\n');
  const planned = await bench.run(['restore', id, after?.id ?? '', '--dry-run']);
  expect(planned.stdout).toMatch(/would change:\nmodified +a.txt/);
  const restored = await bench.run(['restore', id, after?.id ?? '', 'a.txt']);
  expect(restored.stdout).toContain('undo with: pilotlight restore');
  expect(readFileSync(file, 'utf8')).toBe('one\n');
  const turnId = after?.turnId ?? '';
  expect((await bench.run(['turn', 'undo', turnId])).stdout).toMatch(/deleted +a.txt/);
  expect(existsSync(file)).toBe(false);
  const forked = (await bench.run(['chat', 'fork', '--at', turnId])).stdout;
  expect(readFileSync(join(/\S+$/.exec(forked.trimEnd())?.[0] ?? '', 'a.txt'), 'utf8')).toBe('one\n');

  writeFileSync(file, 'not committed\n');
  expect((await bench.run(['session', 'remove', id])).stderr).toMatch(/not removed.*: 1 untracked file\. /);
  const removed = await bench.run(['session', 'remove', id, '--keep-uncommitted']);
  expect(removed.stdout).toContain(`session restore ${id}`);
  expect(existsSync(file)).toBe(false);
  expect((await bench.run(['session', 'removed'])).stdout).toContain(id);
  expect((await bench.run(['session', 'restore', id])).stdout).toContain('is back in');
  expect(readFileSync(file, 'utf8')).toBe('not committed\n');
});

it('hold ignored files where a project or a session says so, and say what that means', async () => {
  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await bench.run([...args, '--json'])).stdout) as T;
  const project = (...args: string[]) => bench.run(['project', 'checkpoints', ...args]);
  expect((await project()).stdout).toBe('ignored files are not kept\n');
  const on = await project('.', '--ignored', 'on');
  expect(on.stdout).toBe('ignored files are kept too\n');
  expect(on.stderr).toMatch(/objects of the repository, secrets such as \.env too/);
  const { session } = await json<{ session: Session }>('session', 'new', '--agent', 'demo');
  const inherited = await bench.run(['session', 'checkpoints', session.id]);
  expect(inherited.stdout).toBe('ignored files are kept too, in all sessions of the project\n');
  await project('--ignored', 'off');
  const own = await bench.run(['session', 'checkpoints', session.id, '--ignored', 'on']);
  expect(own.stdout).toBe('ignored files are kept too\n');
  const wrong = await bench.run(['session', 'checkpoints', session.id, '--ignored', 'maybe']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('expected on, off')]);
});
