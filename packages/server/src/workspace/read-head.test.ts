import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import * as processes from './git-process.ts';
import { readHead } from './read-head.ts';
import { TempRepository } from './temp-repository.ts';

/** What it says, and how many gits that took. */
async function read(path: string): Promise<{ head: string | null; gits: number }> {
  const started = vi.spyOn(processes, 'runGitProcess');
  const head = await readHead(path);
  const gits = started.mock.calls.length;
  started.mockRestore();
  return { head, gits };
}

test('git is asked about each commit once, in whatever working tree of the repository', async () => {
  using repo = new TempRepository();
  const first = repo.git('rev-parse', 'HEAD');
  expect((await read(repo.path)).head).toBe(first);
  expect(await read(repo.path)).toEqual({ head: first, gits: 0 });
  const linked = join(repo.folder, 'linked');
  repo.git('worktree', 'add', '-q', '-b', 'a/b', linked);
  expect(await read(linked)).toEqual({ head: first, gits: 0 });
  const second = repo.commit('second', { 'c.txt': 'c' }, linked);
  expect((await read(linked)).head).toBe(second);
  expect(await read(linked)).toEqual({ head: second, gits: 0 });
  expect(await read(repo.path)).toEqual({ head: first, gits: 0 });
  repo.git('checkout', '-q', '--detach', second);
  expect(await read(repo.path)).toEqual({ head: second, gits: 0 });
});

test('git is asked where the files do not say it', async () => {
  using repo = new TempRepository();
  const head = repo.git('rev-parse', 'HEAD');
  repo.git('pack-refs', '--all');
  for (const _ of [1, 2]) expect((await read(repo.path)).head).toBe(head);
  expect((await read(repo.path)).gits).toBeGreaterThan(0);
  using empty = new TempRepository(false);
  expect((await read(empty.path)).head).toBeNull();
});

test('a file is not believed more than git', async () => {
  using repo = new TempRepository();
  const head = repo.git('rev-parse', 'HEAD');
  const tag = (repo.git('tag', '-a', '-m', 'tag', 'v1'), repo.git('rev-parse', 'v1'));
  writeFileSync(join(repo.path, '.git/HEAD'), `${tag}\n`);
  expect((await read(repo.path)).head).toBe(head);
  writeFileSync(join(repo.path, '.git/HEAD'), `${'1'.repeat(40)}\n`);
  expect((await read(repo.path)).head).toBeNull();
  writeFileSync(join(repo.folder, 'outside'), `${head}\n`);
  writeFileSync(join(repo.path, '.git/HEAD'), 'ref: refs/heads/../../../../outside\n');
  expect((await read(repo.path)).head).toBeNull();
});
