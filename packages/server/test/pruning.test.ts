/** States of worktrees that are given up when they are too old. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '@pilotlight/protocol';
import { outdated, pruneCheckpoints } from '../src/dispatch/checkpoints/pruning.ts';
import type { Store } from '../src/store/store.ts';
import { openStore } from '../src/store/open-store.ts';
import { Home } from './composed-harness.ts';

const DAY_MS = 24 * 60 * 60_000;
const fail = (error: unknown): void => {
  throw error;
};

/** @param before what happens while a worktree is waited for */
function prune(store: Store, now: number, before = (): void => undefined): Promise<void> {
  const alone = <T>(_path: string, work: (shadow: null) => Promise<T>): Promise<T> => {
    before();
    return work(null);
  };
  return pruneCheckpoints({ store, now: () => now }, { alone }, fail);
}

test('what is older than 30 days goes with its ref; the newest state of a session that lives stays', async () => {
  await using home = await Home.start();
  const folder = home.newRepository();
  const refs = (of: string): string[] =>
    execFileSync('git', ['for-each-ref', '--format=%(refname)', `refs/pilotlight/${of}`], {
      cwd: folder,
      encoding: 'utf8',
    })
      .split('\n')
      .filter(Boolean);
  const living = await home.desk('demo', folder);
  const gone = await home.desk('demo', folder);
  await home.turn(living.chat, '/echo one');
  await home.turn(living.chat, '/echo two');
  await home.turn(gone.chat, '/echo three');
  const { worktree } = await home.client.getSession(gone.session.id);
  writeFileSync(join(worktree?.path ?? '', 'precious.txt'), 'precious\n');
  await home.running.drained();
  await home.client.removeSession(gone.session.id, 'keep');
  await home.server?.close();
  home.server = null;

  const before = refs('checkpoints');
  expect(refs('kept')).not.toEqual([]);
  using store = openStore({ dataFolder: home.dataFolder });
  const [newest, ...older] = store.checkpoints.list(living.session.id);
  // The turns changed nothing, so one ref serves all their states.
  expect(older.map(({ commit }) => commit)).toEqual([newest?.commit, newest?.commit, newest?.commit]);
  expect(before.filter((ref) => ref.includes(living.session.id))).toHaveLength(1);
  const begun = Date.now();
  await prune(store, begun - 1);
  // The clock of a machine that starts may be wrong, and more than one server start with it.
  for (const wrong of [400 * DAY_MS, 400 * DAY_MS + 60_000, -400 * DAY_MS]) await prune(store, begun + wrong);
  for (let day = 0; day <= 29; day += 1) await prune(store, begun + day * DAY_MS);
  expect(refs('checkpoints')).toEqual(before);
  expect(store.removedSessions.list()).toHaveLength(1);

  const [row] = store.removedSessions.list();
  if (row === undefined) throw new Error('nothing was removed');
  // Brought back in the moment before.
  await prune(store, begun + 30.5 * DAY_MS, () => store.removedSessions.put({ ...row, state: 'restoring' }));
  expect(refs('kept')).not.toEqual([]);
  expect(store.sessions.evenRemoved(gone.session.id)).not.toBeNull();
  store.removedSessions.put(row);

  await prune(store, begun + 31 * DAY_MS);
  expect(store.checkpoints.list(living.session.id)).toEqual([newest]);
  expect(refs('checkpoints')).toEqual([`refs/pilotlight/checkpoints/${living.session.id}/${newest?.commit}`]);
  expect(refs('kept')).toEqual([]);
  expect(store.removedSessions.list()).toEqual([]);
  expect(store.sessions.evenRemoved(gone.session.id)).toBeNull();
  expect(store.projects.list()).toHaveLength(1);
});

test('the newest state is the one that was written last, also when the clock went back', async () => {
  await using home = await Home.start();
  const { chat, session } = await home.desk('demo', home.newRepository());
  await home.turn(chat, '/echo one');
  await home.running.drained();
  await home.server?.close();
  home.server = null;
  using store = openStore({ dataFolder: home.dataFolder });
  const [before] = store.checkpoints.list(session.id);
  if (before === undefined) throw new Error('no state was kept');
  const later = { ...before, id: newId('checkpoint'), createdAt: before.createdAt - DAY_MS };
  store.checkpoints.insert(later);
  expect(store.checkpoints.latest(session.id)).toEqual(later);
  expect(outdated(store.checkpoints.list(session.id), before.createdAt + 40 * DAY_MS)).not.toContainEqual(
    later,
  );
});
