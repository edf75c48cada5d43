/** States of worktrees that are given up when they are too old. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneCheckpoints } from '../src/dispatch/checkpoints/pruning.ts';
import { openStore } from '../src/store/open-store.ts';
import { Home } from './composed-harness.ts';

const DAY_MS = 24 * 60 * 60_000;
const fail = (error: unknown): void => {
  throw error;
};

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
  const in29Days = Date.now() + 29 * DAY_MS;
  await pruneCheckpoints({ store, now: () => in29Days }, fail);
  expect(refs('checkpoints')).toEqual(before);
  expect(store.removedSessions.list()).toHaveLength(1);

  await pruneCheckpoints({ store, now: () => in29Days + 2 * DAY_MS }, fail);
  expect(store.checkpoints.list(living.session.id)).toEqual([newest]);
  expect(refs('checkpoints')).toEqual([`refs/pilotlight/checkpoints/${living.session.id}/${newest?.commit}`]);
  expect(refs('kept')).toEqual([]);
  expect(store.removedSessions.list()).toEqual([]);
  expect(store.sessions.evenRemoved(gone.session.id)).toBeNull();
});
