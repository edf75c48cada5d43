import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diffStat } from './diff-stat.ts';
import { TempRepository } from './temp-repository.ts';

test('counts committed, staged, modified and untracked changes, and leaves the index alone', async () => {
  using repo = new TempRepository();
  const worktreePath = repo.path;
  const baseCommit = repo.git('rev-parse', 'HEAD');
  expect(await diffStat({ worktreePath, baseCommit })).toEqual({ files: 0, additions: 0, deletions: 0 });

  repo.commit('more', { 'committed.txt': '1\n2\n', '.gitignore': 'ignored\n' });
  repo.write({ 'staged.txt': '1\n' });
  repo.git('add', 'staged.txt');
  repo.write({
    'a.txt': 'one\nTWO\nthree\n',
    'untracked dir/ü.txt': '1\n2\nno line feed',
    'binary.bin': Buffer.from([1, 0, 10, 10]),
    'empty.txt': '',
    ignored: '1\n',
  });
  symlinkSync('a.txt', join(worktreePath, 'link'));
  execFileSync('mkfifo', [join(worktreePath, 'pipe')]);
  const index = readFileSync(join(worktreePath, '.git/index'));
  // committed 2, .gitignore 1, staged 1, a.txt +2 −1, untracked 3, symlink 1
  const stat = await diffStat({ worktreePath, baseCommit });
  expect(stat).toEqual({ files: 8, additions: 10, deletions: 1 });
  expect(readFileSync(join(worktreePath, '.git/index')).equals(index)).toBe(true);

  // What git itself says once everything is added.
  repo.git('add', '-A');
  expect(repo.git('diff', '--cached', '--shortstat', baseCommit)).toBe(
    ' 8 files changed, 10 insertions(+), 1 deletion(-)',
  );
});

test('a rename without changes is one file, a deletion its lines', async () => {
  using repo = new TempRepository();
  const baseCommit = repo.git('rev-parse', 'HEAD');
  repo.git('mv', 'a.txt', 'moved.txt');
  rmSync(join(repo.path, 'sub/b.txt'));
  expect(await diffStat({ worktreePath: repo.path, baseCommit })).toEqual({
    files: 2,
    additions: 0,
    deletions: 1,
  });
});

test('null for a plain folder; an error for a missing one and for an unknown base', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-plain-')));
  try {
    expect(await diffStat({ worktreePath: folder, baseCommit: 'HEAD' })).toBeNull();
    const gone = diffStat({ worktreePath: join(folder, 'gone'), baseCommit: 'HEAD' });
    await expect(gone).rejects.toMatchObject({ code: 'worktree_missing' });
  } finally {
    rmSync(folder, { recursive: true });
  }
  using repo = new TempRepository();
  const unknown = diffStat({ worktreePath: repo.path, baseCommit: '0'.repeat(40) });
  await expect(unknown).rejects.toMatchObject({ code: 'git_failed' });
  const option = diffStat({ worktreePath: repo.path, baseCommit: `--output=${join(repo.path, 'x')}` });
  await expect(option).rejects.toMatchObject({ code: 'git_failed' });
});

test('a repository inside counts as one file', async () => {
  using repo = new TempRepository();
  mkdirSync(join(repo.path, 'nested'));
  repo.gitIn(join(repo.path, 'nested'), 'init', '-q');
  repo.commit('inner', { 'x.txt': '1\n' }, join(repo.path, 'nested'));
  const stat = await diffStat({ worktreePath: repo.path, baseCommit: 'HEAD' });
  expect(stat).toEqual({ files: 1, additions: 0, deletions: 0 });
});
