import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findRepositories } from './find-repositories.ts';
import { TempRepository } from './temp-repository.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-find-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As much of a repository as the search looks at. */
function repository(name: string, usedAt = 1_000_000): void {
  const head = join(root, name, '.git', 'HEAD');
  mkdirSync(join(head, '..'), { recursive: true });
  writeFileSync(head, 'ref: refs/heads/main\n');
  utimesSync(head, usedAt, usedAt);
}

async function found(skip: string[] = []): Promise<string[]> {
  const { repositories, truncated } = await findRepositories(root, skip);
  expect(truncated).toBe(false);
  return repositories.map(({ path }) => path.slice(root.length + 1));
}

it('finds repositories down to the fourth level, the last used one first', async () => {
  repository('old', 1000);
  repository('a/b/c/young', 3000);
  repository('a/b/middle', 2000);
  repository('a/b/c/d/too-deep');
  expect(await found()).toEqual(['a/b/c/young', 'a/b/middle', 'old']);
  const { repositories } = await findRepositories(root, []);
  expect(repositories[0]).toEqual({ name: 'young', path: join(root, 'a/b/c/young'), usedAt: 3_000_000 });
});

it('leaves out what nobody looks for', async () => {
  repository('shop');
  repository('shop/vendored');
  repository('node_modules/package');
  repository('.cache/clone');
  repository('data/worktrees/one');
  mkdirSync(join(root, 'empty', '.git'), { recursive: true });
  symlinkSync('shop', join(root, 'linked'));
  mkdirSync(join(root, 'tricky'));
  symlinkSync('../shop/.git', join(root, 'tricky', '.git'));
  expect(await found([join(root, 'data')])).toEqual(['shop']);
});

it('finds what lies in a home folder that is a repository itself, and that one', async () => {
  repository('.', 1000);
  repository('shop', 2000);
  expect(await found()).toEqual(['shop', '']);
});

it('finds real repositories and their linked worktrees', async () => {
  using real = new TempRepository();
  real.git('worktree', 'add', '-q', join(real.worktrees, 'linked'));
  const { repositories } = await findRepositories(real.folder, []);
  const names = repositories.map(({ name }) => name).sort();
  expect(names).toEqual(['linked', 'my prøject']);
  for (const { usedAt } of repositories) expect(Math.abs(Date.now() - usedAt)).toBeLessThan(60_000);
});

it('ends at its limits and says so', async () => {
  for (let n = 0; n < 300; n += 1) repository(`r${n}`);
  const limited = { depth: 4, count: 10, milliseconds: 10_000 };
  const some = await findRepositories(root, [], limited);
  expect({ count: some.repositories.length, truncated: some.truncated }).toEqual({
    count: 10,
    truncated: true,
  });
  const none = await findRepositories(root, [], { ...limited, count: 1000, milliseconds: 0 });
  expect(none.truncated).toBe(true);
  expect(await findRepositories(join(root, 'nowhere'), [])).toEqual({ repositories: [], truncated: false });
});
