/**
 * One change at a time in a worktree: review actions, restores, repairs and turns wait for one another and for looks that began
 * before, and nothing waits for itself.
 */
import { newId, PilotlightError } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CheckpointBook } from '../src/dispatch/checkpoints/checkpoint-book.ts';
import { Repairs } from '../src/dispatch/repairs.ts';
import { withRepository } from '../src/workspace/repository-lock.ts';
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
  const writer = new WorktreeWriter(
    dispatch.announcer,
    dispatch.catalog,
    dispatch.locks,
    dispatch.checkpoints.diffs,
  );
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
  const writer = new WorktreeWriter(
    dispatch.announcer,
    dispatch.catalog,
    dispatch.locks,
    dispatch.checkpoints.diffs,
  );
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

it('a change waits for the look after a turn, so that the turn is not told what came of the change', async () => {
  await using home = await Home.start();
  const w = await work(home);
  const { review } = home.client;
  // A git that stops where a checkpoint asks what has changed, from when the turn says so until the test does.
  const [tools, hold, held, goOn] = ['tools', 'hold', 'held', 'go-on'].map((name) =>
    join(home.folder, name),
  ) as [string, string, string, string];
  mkdirSync(tools);
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  writeFileSync(
    join(tools, 'git'),
    `#!/bin/sh
if [ -e '${hold}' ] && [ -n "$GIT_DIR" ] && [ "$2" = ls-files ]; then
  touch '${held}'
  while [ ! -e '${goOn}' ]; do sleep 0.02; done
fi
exec ${real} "$@"
`,
  );
  chmodSync(join(tools, 'git'), 0o755);
  vi.stubEnv('PATH', `${tools}${delimiter}${process.env['PATH'] ?? ''}`);
  try {
    await home.client.updatePolicy('session', w.session.id, { mode: 'allow_all' });
    const { id } = await home.turn(w.chat, `/run sleep 0.05; echo mine > mine.txt; touch '${hold}'`);
    await expect.poll(() => existsSync(held)).toBe(true);
    writeFileSync(join(w.folder, 'theirs.txt'), 'theirs\n');
    git(w.folder, 'add', '.');
    git(w.folder, 'commit', '-qm', 'theirs');
    const rebasing = review.run(w.session.id, { id: newId('action'), request: { kind: 'rebase' } });
    // All that the action asks of git before it begins is asked here too.
    for (let count = 0; count < 3; count += 1) await review.plan(w.session.id, { kind: 'rebase' });
    expect(existsSync(join(w.path, 'theirs.txt'))).toBe(false);
    writeFileSync(goOn, '');
    expect((await rebasing).state).toBe('done');
    await home.running.drained();
    expect((await home.client.getTurn(id)).diff).toEqual({ files: 1, additions: 1, deletions: 0 });
    const { after } = await home.client.checkpoints.ofTurn(id);
    expect(git(w.path, 'ls-tree', '--name-only', after?.commit ?? '').split('\n')).toEqual([
      'README.md',
      'mine.txt',
    ]);
  } finally {
    writeFileSync(goOn, '');
    vi.unstubAllEnvs();
  }
});

/** A session with a worktree of its own, and what repairs it, in this process. */
async function repairable(dispatch: ReturnType<typeof startDispatch>) {
  const { catalog, announcer, locks } = dispatch;
  const { project, chat } = await dispatch.chat({ git: true });
  dispatch.submit(chat.id, 'make it');
  (await dispatch.backend.asked()).end();
  await dispatch.dispatcher.drained();
  const repairs = new Repairs({
    announcer,
    locks,
    book: new CheckpointBook(announcer, join(dispatch.root, 'data', 'checkpoints'), locks),
    worktreesFolder: join(dispatch.root, 'data', 'worktrees'),
    getSession: (one) => catalog.getSession(one),
    getProject: (one) => catalog.getProject(one),
  });
  return { project, chat, repairs, path: catalog.getSession(chat.sessionId).worktree?.path ?? '' };
}

it('a turn waits for the repair of its worktree, which is refused while one runs', async () => {
  await using dispatch = startDispatch();
  const { project, chat, repairs, path } = await repairable(dispatch);
  const { id: running } = dispatch.submit(chat.id, 'work');
  const call = await dispatch.backend.asked();
  await expect(repairs.repairSession(chat.sessionId)).rejects.toMatchObject({ code: 'conflict' });
  call.end();
  await dispatch.dispatcher.drained();
  expect(dispatch.store.turns.get(running)?.state).toBe('completed');

  rmSync(path, { recursive: true });
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const busy = withRepository(project.path, () => {
    begun.resolve();
    return ended.promise;
  });
  await begun.promise;
  const order: string[] = [];
  const repairing = repairs.repairSession(chat.sessionId).then(({ how }) => order.push(how));
  const waits = vi.spyOn(dispatch.locks, 'settled');
  const { id } = dispatch.submit(chat.id, 'after');
  await expect.poll(() => waits.mock.results.some(({ value }) => value !== null)).toBe(true);
  expect(dispatch.store.turns.get(id)?.state).toBe('starting');
  const asked = dispatch.backend.asked().then((turn) => {
    order.push('turn');
    turn.end();
  });
  ended.resolve();
  await Promise.all([busy, repairing, asked]);
  await dispatch.dispatcher.drained();
  expect(order).toEqual(['recreated', 'turn']);
  expect(dispatch.store.turns.get(id)?.state).toBe('completed');
});

it('a project that is moved waits for what is done in its worktrees', async () => {
  await using dispatch = startDispatch();
  const { catalog, locks } = dispatch;
  const { project, repairs, path } = await repairable(dispatch);
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const changing = locks.run(path, () => {
    begun.resolve();
    return ended.promise;
  });
  await begun.promise;
  const moved = `${project.path}-elsewhere`;
  renameSync(project.path, moved);
  const order: string[] = [];
  const waits = vi.spyOn(locks, 'runAll');
  const moving = repairs.moveProject(project.id, moved).then(() => order.push('moved'));
  await expect.poll(() => waits.mock.calls.length).toBe(1);
  expect(catalog.getProject(project.id).path).toBe(project.path);
  const changed = changing.then(() => order.push('changed'));
  ended.resolve();
  await Promise.all([moving, changed]);
  expect(order).toEqual(['changed', 'moved']);
  expect(git(path, 'status', '--porcelain')).toBe('');
});
