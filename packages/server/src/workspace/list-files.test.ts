import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { longestBlock } from '../../test/longest-block.ts';
import { FileLists } from './file-lists.ts';
import { findFiles } from './find-files.ts';
import { listFiles } from './list-files.ts';
import { TempRepository } from './temp-repository.ts';

function plainFolder(): { path: string } & Disposable {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-files-')));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test('lists what git tracks and what is untracked, not what is ignored or gone', async () => {
  using repo = new TempRepository();
  repo.commit('more', { '.gitignore': 'ignored\n', 'gone.txt': '1\n', 'folder/deep/ü 1.txt': '1\n' });
  repo.write({ 'new.txt': '1\n', ignored: '1\n', 'staged.txt': '1\n' });
  repo.git('add', 'staged.txt');
  unlinkSync(join(repo.path, 'gone.txt'));
  mkdirSync(join(repo.path, 'nested'));
  repo.gitIn(join(repo.path, 'nested'), 'init', '-q');
  repo.commit('inner', { 'x.txt': '1\n' }, join(repo.path, 'nested'));
  const list = await listFiles(repo.path);
  expect(list).toEqual({
    files: ['new.txt', '.gitignore', 'a.txt', 'folder/deep/ü 1.txt', 'staged.txt', 'sub/b.txt'],
    truncated: false,
  });
});

test('a file in conflict is listed once', async () => {
  using repo = new TempRepository();
  repo.git('checkout', '-q', '-b', 'other');
  repo.commit('theirs', { 'a.txt': 'theirs\n' });
  repo.git('checkout', '-q', 'main');
  repo.commit('ours', { 'a.txt': 'ours\n' });
  expect(() => repo.git('merge', 'other')).toThrow('merge');
  expect((await listFiles(repo.path)).files).toEqual(['a.txt', 'sub/b.txt']);
});

test('walks a plain folder, past what it need not see, without following symlinks', async () => {
  using folder = plainFolder();
  for (const name of ['b', 'b/c', 'node_modules']) mkdirSync(join(folder.path, name));
  for (const name of ['a.txt', 'b/x.txt', 'b/c/y.txt', 'node_modules/z.js'])
    writeFileSync(join(folder.path, name), '');
  symlinkSync('/', join(folder.path, 'b/root'));
  execFileSync('mkfifo', [join(folder.path, 'pipe')]);
  expect(await listFiles(folder.path)).toEqual({
    files: ['a.txt', 'b/x.txt', 'b/c/y.txt'],
    truncated: false,
  });
});

test('a folder that is gone is an error', async () => {
  using folder = plainFolder();
  await expect(listFiles(join(folder.path, 'gone'))).rejects.toMatchObject({ code: 'worktree_missing' });
});

test('finds the best first, and says when there is more', async () => {
  const list = { files: ['x/cart/a.ts', 'src/cart.ts', 'src/cart.test.ts', 'README.md'], truncated: false };
  expect(await findFiles(list, 'cart', 2)).toEqual({
    files: ['src/cart.ts', 'src/cart.test.ts'],
    truncated: true,
  });
  expect(await findFiles(list, 'readme', 2)).toEqual({ files: ['README.md'], truncated: false });
  expect(await findFiles(list, '', 3)).toEqual({ files: list.files.slice(0, 3), truncated: true });
  expect(await findFiles(list, ' ', 4)).toEqual({ files: list.files, truncated: false });
  expect(await findFiles({ ...list, truncated: true }, 'nothing', 4)).toEqual({ files: [], truncated: true });
});

test('a list of 100,000 files is made once, searched fast, and never holds the event loop', async () => {
  using repo = new TempRepository();
  const object = repo.git('rev-parse', 'HEAD:a.txt');
  const names = Array.from({ length: 100_000 }, (_, n) => `packages/p${n % 97}/src/module-${n}/file-${n}.ts`);
  const index = names.map((name) => `100644 ${object}\t${name}\n`).join('');
  execFileSync('git', ['update-index', '--index-info'], { cwd: repo.path, input: index });
  // Told not to look at the disk, git takes them for there.
  execFileSync('git', ['update-index', '--skip-worktree', '--stdin'], {
    cwd: repo.path,
    input: names.join('\n'),
  });
  using lists = new FileLists();
  const block = await longestBlock(async () => {
    const [one, two] = await Promise.all([lists.of(repo.path), lists.of(repo.path)]);
    expect(one).toBe(two);
    expect(one.files).toHaveLength(100_002);
    const found = await findFiles(one, 'file-4711', 50);
    expect(found.files[0]).toBe('packages/p55/src/module-4711/file-4711.ts');
    for (const query of ['f', 'pmf', 'packages src file ts', 'zzz']) await findFiles(one, query, 500);
  });
  expect(block).toBeLessThan(50);
});
