import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Shadow } from './checkpoints/shadow.ts';
import { takeSnapshot } from './checkpoints/snapshot.ts';
import { createWorktree } from './create-worktree.ts';
import { repairWorktree } from './repair-worktree.ts';
import { TempRepository } from './temp-repository.ts';
import { CREATING } from './unfinished-worktree.ts';
import { assertWorktree } from './worktree-state.ts';

/** A worktree with a kept state of which nothing is committed on its branch. */
async function lost(repo: TempRepository) {
  const session = {
    projectPath: repo.path,
    worktreesFolder: repo.worktrees,
    sessionId: 'ses_00000003',
    name: 'x',
  };
  const made = await createWorktree(session);
  repo.write({ 'a.txt': 'changed\n', 'ünïcode/new file.txt': 'new\n' }, made.path);
  rmSync(join(made.path, 'sub/b.txt'));
  repo.gitIn(made.path, 'add', '-A');
  const tree = repo.gitIn(made.path, 'write-tree');
  const checkpoint = repo.gitIn(made.path, 'commit-tree', tree, '-p', 'HEAD', '-m', 'state');
  repo.git('update-ref', 'refs/pilotlight/x', checkpoint);
  return { ...session, ...made, checkpoint, fill: repo.fill };
}

test('one that is gone has every file of its kept state again; index and HEAD are those of its branch', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  rmSync(options.path, { recursive: true });
  const repaired = await repairWorktree(options);
  expect(repaired).toMatchObject({ how: 'recreated', branch: options.branch, fromCheckpoint: true });
  expect(readFileSync(join(repaired.path, 'a.txt'), 'utf8')).toBe('changed\n');
  expect(readFileSync(join(repaired.path, 'ünïcode/new file.txt'), 'utf8')).toBe('new\n');
  expect(existsSync(join(repaired.path, 'sub/b.txt'))).toBe(false);
  expect(repo.gitIn(repaired.path, 'diff', '--cached', '--name-only')).toBe('');
  expect(repo.gitIn(repaired.path, 'rev-parse', 'HEAD')).toBe(options.baseCommit);
});

test('gone together with its branch: the branch begins where HEAD was then', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  repo.git('worktree', 'remove', '--force', options.path);
  repo.git('branch', '-D', options.branch);
  repo.commit('moved on', { 'later.txt': 'x\n' });
  const repaired = await repairWorktree(options);
  expect(repo.gitIn(repaired.path, 'rev-parse', 'HEAD')).toBe(options.baseCommit);
  expect(readFileSync(join(repaired.path, 'a.txt'), 'utf8')).toBe('changed\n');
});

test('a folder that is in the way is left alone', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  repo.git('worktree', 'remove', '--force', options.path);
  repo.write({ 'mine.txt': 'mine\n' }, options.path);
  await expect(repairWorktree(options)).rejects.toMatchObject({ code: 'worktree_failed' });
  expect(readFileSync(join(options.path, 'mine.txt'), 'utf8')).toBe('mine\n');
});

test('a branch with another name is taken up again', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  repo.git('branch', '-m', options.branch, 'by-hand');
  rmSync(options.path, { recursive: true });
  repo.git('worktree', 'prune');
  const repaired = await repairWorktree({ ...options, branch: 'by-hand' });
  expect(repaired).toMatchObject({ how: 'recreated', branch: 'by-hand' });
});

test('a branch that went on since the kept state is not undone by it', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  repo.commit('went on', {}, options.path);
  repo.commit('and on', { 'later.txt': 'later\n' }, options.path);
  rmSync(options.path, { recursive: true });
  const repaired = await repairWorktree(options);
  expect(repaired).toMatchObject({ how: 'recreated', fromCheckpoint: false });
  expect(readFileSync(join(repaired.path, 'later.txt'), 'utf8')).toBe('later\n');
  expect(repo.gitIn(repaired.path, 'status', '--porcelain')).toBe('');
});

test('one whose making was cut short is never worked in, and is made again', async () => {
  using repo = new TempRepository();
  const options = await lost(repo);
  rmSync(options.path, { recursive: true });
  const cut = () => Promise.reject(new Error('the server died'));
  await expect(repairWorktree({ ...options, fill: cut })).rejects.toThrow('the server died');
  expect(existsSync(options.path)).toBe(false);
  // As a server leaves it that is killed there.
  repo.git('worktree', 'prune');
  const add = ['worktree', 'add', '-q', '--no-checkout', '--lock', '--reason', CREATING];
  repo.git(...add, options.path, options.branch);
  repo.write({ 'a.txt': 'half', 'mine.txt': 'of somebody who knew the path' }, options.path);
  await expect(assertWorktree(options.path)).rejects.toMatchObject({ code: 'worktree_missing' });
  expect(await repairWorktree(options)).toMatchObject({ how: 'recreated', path: options.path });
  expect(readFileSync(join(options.path, 'a.txt'), 'utf8')).toBe('changed\n');
  await assertWorktree(options.path);
  const folder = dirname(options.path);
  const aside = readdirSync(folder).find((name) => name.includes('.unfinished-')) ?? '';
  expect(readFileSync(join(folder, aside, 'mine.txt'), 'utf8')).toBe('of somebody who knew the path');
  expect(existsSync(join(options.path, 'mine.txt'))).toBe(false);
});

test('bytes that the repository would convert come back as they were', async () => {
  using repo = new TempRepository();
  repo.commit('rules', {
    '.gitattributes': '*.u16 working-tree-encoding=UTF-16LE\n*.dos text eol=crlf\n*.id ident\n',
  });
  const options = await lost(repo);
  const files = {
    'x.u16': Buffer.from('no utf-16\n'),
    'x.dos': 'lf\nonly\n',
    'x.id': '$Id: kept by hand$\n',
  };
  repo.write(files, options.path);
  const shadow = await Shadow.open(options.path, join(repo.folder, 'shadows'));
  if (shadow === null) throw new Error('no worktree');
  const { tree } = await takeSnapshot(shadow, { ignored: false });
  const checkpoint = repo.gitIn(options.path, 'commit-tree', tree, '-p', 'HEAD', '-m', 'state');
  repo.git('update-ref', 'refs/pilotlight/x', checkpoint);
  rmSync(options.path, { recursive: true });
  const { path } = await repairWorktree({ ...options, checkpoint });
  for (const [name, bytes] of Object.entries(files))
    expect(readFileSync(join(path, name), 'latin1')).toBe(bytes.toString('latin1'));
});
