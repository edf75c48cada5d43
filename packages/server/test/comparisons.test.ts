/** The same task for two agents, on real git. */
import { CreateComparison, newId } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRepository, startDispatch } from './dispatch-harness.ts';

let d: ReturnType<typeof startDispatch>;
let projectId: string;
let path: string;

beforeEach(async () => {
  d = startDispatch();
  path = join(d.root, 'shop');
  makeRepository(path);
  projectId = (await d.catalog.createProject({ path })).id;
});
afterEach(() => d[Symbol.asyncDispose]());

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd: path,
    encoding: 'utf8',
  }).trim();
const candidate = (agent: string) => ({ taskId: newId('task'), turnId: newId('turn'), agent });
const wanted = (agents: string[]): Parameters<typeof d.desk.comparisons.create>[0] =>
  CreateComparison.parse({
    id: newId('comparison'),
    projectId,
    content: [{ type: 'text', text: 'tidy up' }],
    candidates: agents.map(candidate),
  });
const settled = async (): Promise<void> => {
  await d.desk.drained();
  await d.dispatcher.drained();
  await d.desk.drained();
};

it('starts all from one commit, though the branch goes on meanwhile', async () => {
  d.userSettings.update({ taskLimits: { machine: 1, agent: 1, agents: {} } });
  const body = wanted(['alpha', 'beta']);
  const { comparison, tasks, created } = await d.desk.comparisons.create(body);
  expect(created).toBe(true);
  expect(comparison).toMatchObject({
    baseCommit: git('rev-parse', 'HEAD'),
    keptTaskId: null,
    title: 'tidy up',
  });
  expect(tasks.map(({ agent, comparisonId }) => [agent, comparisonId])).toEqual([
    ['alpha', comparison.id],
    ['beta', comparison.id],
  ]);
  expect(await d.desk.comparisons.create(body)).toMatchObject({
    created: false,
    comparison: { id: comparison.id },
  });
  const first = await d.backend.asked();
  git('commit', '--allow-empty', '-qm', 'meanwhile');
  first.end();
  (await d.backend.asked()).end();
  await settled();
  const bases = d.store.sessions.list().map(({ worktree }) => worktree?.baseCommit);
  expect(bases).toEqual([comparison.baseCommit, comparison.baseCommit]);
});

it('tells sessions of one agent apart by their models', async () => {
  const { comparison, tasks } = await d.desk.comparisons.create({
    ...wanted(['alpha', 'beta']),
    candidates: [
      { ...candidate('alpha'), model: 'large' },
      candidate('alpha'),
      { ...candidate('beta'), model: 'small' },
    ],
  });
  expect(comparison.title).toBe('tidy up');
  expect(tasks.map(({ title }) => title)).toEqual(['tidy up (large)', 'tidy up', 'tidy up']);
  for (const _ of tasks) (await d.backend.asked()).end();
  await settled();
});

it('keeps one; the other is stopped, and its session goes without losing a file', async () => {
  const { comparison, tasks } = await d.desk.comparisons.create(wanted(['alpha', 'beta']));
  const both = [await d.backend.asked(), await d.backend.asked()];
  const [kept, other] = both[0]?.handle.agent === 'alpha' ? both : both.toReversed();
  if (kept === undefined || other === undefined) throw new Error('both were asked');
  kept.end();
  writeFileSync(join(other.ctx.worktreePath, 'half.txt'), 'half\n');
  other.ctx.signal.addEventListener('abort', () =>
    other.end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } }),
  );
  const [first, second] = tasks;
  const after = await d.desk.comparisons.keep(comparison.id, first?.id ?? '');
  expect(after.comparison.keptTaskId).toBe(first?.id);
  expect(after.tasks.map(({ state }) => state)).toEqual(['done', 'cancelled']);
  const session = d.store.sessions.get(d.tasks.get(second?.id ?? '').sessionId ?? '');
  // What was not committed is still there, in the worktree or where removed sessions are kept.
  const isThere = existsSync(join(other.ctx.worktreePath, 'half.txt'));
  const isKept = git('for-each-ref', 'refs/pilotlight').length > 0;
  expect(isThere || isKept).toBe(true);
  expect(session === null || session.archivedAt !== null || isKept).toBe(true);
  // Said again it is the same.
  expect((await d.desk.comparisons.keep(comparison.id, first?.id ?? '')).comparison.keptTaskId).toBe(
    first?.id,
  );
});

it('keeps none whose session was let go, and lets no other go for it', async () => {
  const { comparison, tasks } = await d.desk.comparisons.create(wanted(['alpha', 'beta']));
  for (const asked of [await d.backend.asked(), await d.backend.asked()]) asked.end();
  await settled();
  const [first, second] = tasks.map(({ id }) => id);
  await d.desk.comparisons.keep(comparison.id, first ?? '');
  const sessionOf = (id = ''): string => d.tasks.get(id).sessionId ?? '';
  await expect(d.desk.comparisons.keep(comparison.id, second ?? '')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`session restore ${sessionOf(second)}`) as string,
  });
  expect(d.desk.comparisons.get(comparison.id).comparison.keptTaskId).toBe(first);
  expect(d.store.sessions.get(sessionOf(first))).not.toBeNull();

  await d.checkpoints.removed.bringBack(sessionOf(second));
  await d.desk.comparisons.keep(comparison.id, second ?? '');
  expect(d.store.sessions.get(sessionOf(first))).toBeNull();
  expect(d.store.sessions.get(sessionOf(second))).not.toBeNull();
});

it('is forgotten without its tasks', async () => {
  const { comparison, tasks } = await d.desk.comparisons.create(wanted(['alpha', 'beta']));
  d.desk.comparisons.remove(comparison.id);
  expect(() => d.desk.comparisons.get(comparison.id)).toThrow(
    expect.objectContaining({ code: 'comparison_not_found' }),
  );
  expect(tasks.map(({ id }) => d.tasks.get(id).comparisonId)).toEqual([null, null]);
});

it('refuses one candidate, the same twice, and what could not begin', async () => {
  expect(() => wanted(['alpha'])).toThrow('candidates');
  expect(() => wanted(['alpha', 'alpha'])).toThrow('twice');
  await expect(d.desk.comparisons.create(wanted(['alpha', 'gamma']))).rejects.toMatchObject({
    code: 'agent_unknown',
  });
  const { comparison } = await d.desk.comparisons.create(wanted(['alpha', 'beta']));
  await expect(d.desk.comparisons.keep(comparison.id, 'tsk_00000000')).rejects.toMatchObject({
    code: 'task_not_found',
  });
});
