/** One change at a time in a worktree: review actions, restores and turns wait for one another, and nothing waits for itself. */
import { newId, PilotlightError } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WorktreeWriter } from '../src/dispatch/review/worktree-writer.ts';
import { Home } from './composed-harness.ts';
import { startDispatch } from './dispatch-harness.ts';

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8' }).trimEnd();

/** A session with a worktree, in which a turn has run. */
async function work(home: Home) {
  const folder = home.newRepository();
  git(folder, 'config', 'user.name', 'Ada');
  git(folder, 'config', 'user.email', 'ada@example.invalid');
  const desk = await home.desk('demo', folder);
  const turn = await home.turn(desk.chat, '/echo made');
  await home.running.drained();
  const session = await home.client.getSession(desk.session.id);
  const { before } = await home.client.checkpoints.ofTurn(turn.id);
  return { ...desk, session, path: session.worktree?.path ?? '', checkpointId: before?.id ?? '' };
}

it('a restore waits for a commit that git takes long for', async () => {
  await using home = await Home.start();
  const { review, checkpoints } = home.client;
  const [one, other] = [await work(home), await work(home)];
  writeFileSync(join(one.path, 'README.md'), 'committed\n');
  writeFileSync(join(other.path, 'README.md'), 'loose\n');
  // git waits for the one who has the branch locked.
  git(one.folder, 'config', 'core.filesRefLockTimeout', '-1');
  const lock = join(one.folder, '.git', 'refs', 'heads', `${one.session.worktree?.branch}.lock`);
  writeFileSync(lock, '');
  const over: string[] = [];
  const done = <T>(name: string, work: Promise<T>): Promise<T> => work.finally(() => over.push(name));
  const id = newId('action');
  const request = { kind: 'commit', message: 'Slow', all: true } as const;
  const committing = done('commit', review.run(one.session.id, { id, request }));
  await expect
    .poll(async () => (await review.listActions(one.session.id)).map(({ state }) => state))
    .toEqual(['running']);

  const restoring = done('restore', checkpoints.restore(one.session.id, { checkpointId: one.checkpointId }));
  await done('other', checkpoints.restore(other.session.id, { checkpointId: other.checkpointId }));
  expect(over).toEqual(['other']);
  rmSync(lock);

  expect(await committing).toMatchObject({ state: 'done' });
  const { kept } = await restoring;
  expect(over).toEqual(['other', 'commit', 'restore']);
  // What is kept before a restore stands on the commit.
  expect(git(one.path, 'log', '-1', '--format=%s', `${kept?.commit}^`)).toBe('Slow');
  expect(readFileSync(join(one.path, 'README.md'), 'utf8')).toBe('hello\n');
});

/** A session in a repository of its own, in this process. */
async function inPlace(dispatch: ReturnType<typeof startDispatch>) {
  const { project } = await dispatch.chat({ git: true });
  const { session, chat } = await dispatch.catalog.createSession({
    projectId: project.id,
    title: 'work',
    inPlace: true,
    agent: 'alpha',
  });
  writeFileSync(join(project.path, 'README.md'), 'changed\n');
  return { session, chat, path: project.path };
}

const SELECTED = { files: [{ path: 'README.md' }] };

it('staging and a turn wait for a restore that is under way', async () => {
  await using dispatch = startDispatch();
  const writer = new WorktreeWriter(dispatch.announcer, dispatch.catalog, dispatch.locks);
  const [one, other] = [await inPlace(dispatch), await inPlace(dispatch)];
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const restoring = dispatch.checkpoints.book.alone(one.path, () => {
    begun.resolve();
    return ended.promise;
  });
  await begun.promise;
  let isStaged = false;
  const staging = writer.stage(one.session.id, SELECTED).then(() => (isStaged = true));
  await writer.stage(other.session.id, SELECTED);
  expect(git(other.path, 'diff', '--cached', '--name-only')).toBe('README.md');
  expect(isStaged).toBe(false);
  expect(git(one.path, 'diff', '--cached', '--name-only')).toBe('');
  // For this a turn waits that is to begin.
  const order: string[] = [];
  const settled = dispatch.locks.settled(one.path)?.then(() => order.push('turn'));
  const restored = restoring.then(() => order.push('restored'));
  ended.resolve();
  await Promise.all([restored, staging, settled]);
  expect(order).toEqual(['restored', 'turn']);
  expect(git(one.path, 'diff', '--cached', '--name-only')).toBe('README.md');
  expect(dispatch.locks.settled(one.path)).toBeNull();
});

it('a restore inside a change of the same worktree does not wait for it, and another worktree is not waited for', async () => {
  await using dispatch = startDispatch();
  const writer = new WorktreeWriter(dispatch.announcer, dispatch.catalog, dispatch.locks);
  const [one, other] = [await inPlace(dispatch), await inPlace(dispatch)];
  const { book, restores } = dispatch.checkpoints;
  const sessionId = one.session.id;
  await writer.within(sessionId, async (_place, held) => {
    const kept = await book.take({ path: one.path, sessionId, turnId: null, kind: 'before_change' });
    writeFileSync(join(one.path, 'README.md'), 'other\n');
    await restores.restore(sessionId, { checkpointId: kept?.id ?? '' }, held);
    expect(readFileSync(join(one.path, 'README.md'), 'utf8')).toBe('changed\n');
    await writer.within(other.session.id, async () => {
      const refused = dispatch.locks.runNow(other.path, held, () => Promise.resolve());
      await expect(refused).rejects.toBeInstanceOf(PilotlightError);
    });
    await dispatch.locks.runNow(one.path, held, () => Promise.resolve());
    await dispatch.locks.runNow(other.path, held, () => Promise.resolve());
  });
});
