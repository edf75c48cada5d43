import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { TempRepository } from './temp-repository.ts';
import { watchWorktree } from './watch-worktree.ts';

/** Counts what is told, and waits for the next. */
class Told {
  count = 0;
  readonly onChange = (): void => {
    this.count += 1;
  };

  async next(change: () => void): Promise<void> {
    const before = this.count;
    change();
    const look = (): void => {
      if (this.count === before) throw new Error('nothing was told');
    };
    await vi.waitFor(look, { timeout: 2_000 });
  }
}

test('an edit, a new folder and what comes to lie in it, a removal and a commit are told', async () => {
  using repo = new TempRepository();
  const told = new Told();
  await using watching = await watchWorktree({ path: repo.path, onChange: told.onChange, pauseMs: 0 });
  expect(watching.complete).toBe(true);
  await told.next(() => repo.write({ 'a.txt': 'edited\n' }));
  await told.next(() => repo.write({ 'sub/b.txt': 'edited\n' }));
  await told.next(() => repo.write({ 'new/deep/c.txt': 'c\n' }));
  // Watched once the look after the news has found it.
  await vi.waitFor(() => told.next(() => repo.write({ 'new/deep/c.txt': `${told.count}\n` })), {
    timeout: 15_000,
  });
  await told.next(() => rmSync(join(repo.path, 'sub'), { recursive: true }));
  await told.next(() => repo.commit('all'));
});

test('new folders are watched again after a look that failed', async () => {
  using repo = new TempRepository();
  const told = new Told();
  await using watching = await watchWorktree({ path: repo.path, onChange: told.onChange, pauseMs: 0 });
  const git = join(repo.path, '.git');
  renameSync(git, `${git}.away`);
  await told.next(() => repo.write({ 'new/c.txt': 'c\n' }));
  await expect.poll(() => watching.complete).toBe(false);
  renameSync(`${git}.away`, git);
  await told.next(() => repo.write({ 'a.txt': 'edited\n' }));
  await vi.waitFor(() => told.next(() => repo.write({ 'new/c.txt': `${told.count}\n` })), {
    timeout: 15_000,
  });
  expect(watching.complete).toBe(true);
});

test('what is ignored is not watched, and a burst is told once', async () => {
  using repo = new TempRepository();
  repo.commit('ignore', { '.gitignore': 'node_modules\n' });
  mkdirSync(join(repo.path, 'node_modules/x'), { recursive: true });
  const told = new Told();
  await using _watching = await watchWorktree({ path: repo.path, onChange: told.onChange });
  writeFileSync(join(repo.path, 'node_modules/x/y.js'), '1');
  await told.next(() => {
    for (let at = 0; at < 200; at += 1) repo.write({ [`burst-${at}.txt`]: 'x' });
  });
  expect(told.count).toBe(1);
});

test('a tree with more folders than are watched says so, and what is near the top is watched', async () => {
  using repo = new TempRepository();
  repo.write(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`d${at}/e/f.txt`, 'x'])));
  const told = new Told();
  await using watching = await watchWorktree({
    path: repo.path,
    onChange: told.onChange,
    mostFolders: 10,
    pauseMs: 0,
  });
  expect(watching.complete).toBe(false);
  await told.next(() => repo.write({ 'a.txt': 'edited\n' }));
});
