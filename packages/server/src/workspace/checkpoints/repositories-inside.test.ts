/** A repository in a worktree that goes on while the state of the worktree is kept. On real git. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { Shadow } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';

it('is held at a commit it was at, and named while it is between two; the next state has where it stayed', async () => {
  using repository = new TempRepository();
  const inside = join(repository.path, 'inside');
  repository.git('init', '-q', 'inside');
  const commits = ['one\n', 'two\n'].map((text) => repository.commit(text, { 'x.txt': text }, inside));
  const shadow = await Shadow.open(repository.path, join(repository.folder, 'shadows'));
  if (shadow === null) throw new Error('no shadow');
  const heldAt = (tree: string): string =>
    repository.git('ls-tree', tree, 'inside').replace(/^160000 commit (\w+)\t.*/, '$1');

  const moves = `begun=; while :; do for commit in ${commits.join(' ')}; do
    git checkout -q --detach $commit || exit; [ $begun ] || echo begun; begun=1; done; done`;
  const mover = spawn('sh', ['-c', moves], {
    cwd: inside,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const gone = once(mover, 'exit');
  try {
    await once(mover.stdout, 'data');
    for (let look = 0; look < 10; look += 1) {
      const { tree, leftOut } = await takeSnapshot(shadow, { ignored: false });
      expect(commits).toContain(heldAt(tree));
      expect(leftOut.filter(({ path, why }) => path !== 'inside' || why !== 'repository')).toEqual([]);
      expect(repository.git('show', `${tree}:a.txt`)).toBe('one\ntwo');
    }
  } finally {
    process.kill(-(mover.pid ?? 0), 'SIGKILL');
    await gone;
  }
  for (const name of ['index.lock', 'HEAD.lock']) rmSync(join(inside, '.git', name), { force: true });
  repository.gitIn(inside, 'reset', '-q', '--hard', commits[1] ?? '');
  const { tree, leftOut } = await takeSnapshot(shadow, { ignored: false });
  expect(heldAt(tree)).toBe(commits[1]);
  expect(leftOut).toEqual([]);
});
