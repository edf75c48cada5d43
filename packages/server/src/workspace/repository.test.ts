import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectFolder } from './repository.ts';
import { TempRepository } from './temp-repository.ts';

test('a repository, from its top, a folder inside and a symlink', async () => {
  using repo = new TempRepository();
  const expected = {
    kind: 'git',
    root: repo.path,
    headCommit: repo.git('rev-parse', 'HEAD'),
    branch: 'main',
    isWorktree: false,
    commonDir: join(repo.path, '.git'),
  };
  expect(await inspectFolder(repo.path)).toEqual({ ...expected, realPath: repo.path });
  expect(await inspectFolder(join(repo.path, 'sub'))).toEqual({
    ...expected,
    realPath: join(repo.path, 'sub'),
  });
  symlinkSync(join(repo.path, 'sub'), join(repo.folder, 'link'));
  expect(await inspectFolder(join(repo.folder, 'link'))).toMatchObject(expected);
});

test('a repository without commits, and one with a detached HEAD', async () => {
  using empty = new TempRepository(false);
  expect(await inspectFolder(empty.path)).toMatchObject({ kind: 'git', headCommit: null, branch: 'main' });
  using repo = new TempRepository();
  repo.git('checkout', '-q', '--detach');
  expect(await inspectFolder(repo.path)).toMatchObject({ kind: 'git', branch: null });
});

test('what is no repository', async () => {
  using repo = new TempRepository();
  const { folder } = repo;
  writeFileSync(join(folder, 'file'), '');
  repo.gitIn(folder, 'init', '-q', '--bare', 'bare.git');
  expect(await inspectFolder(folder)).toEqual({ kind: 'folder', realPath: folder, root: folder });
  expect(await inspectFolder(join(folder, 'gone'))).toEqual({ kind: 'missing', path: join(folder, 'gone') });
  expect(await inspectFolder(join(folder, 'file'))).toMatchObject({ kind: 'not_a_directory' });
  expect(await inspectFolder(join(folder, 'bare.git'))).toMatchObject({ kind: 'bare' });
  expect(await inspectFolder(join(repo.path, '.git'))).toMatchObject({ kind: 'bare' });
});

test('a linked worktree, also of a bare repository', async () => {
  using repo = new TempRepository();
  const linked = join(repo.folder, 'linked');
  repo.git('worktree', 'add', '-q', linked);
  const expected = { kind: 'git', root: linked, branch: 'linked', isWorktree: true };
  expect(await inspectFolder(linked)).toMatchObject({ ...expected, commonDir: join(repo.path, '.git') });

  repo.gitIn(repo.folder, 'clone', '-q', '--bare', repo.path, 'bare.git');
  const ofBare = join(repo.folder, 'of-bare');
  repo.gitIn(join(repo.folder, 'bare.git'), 'worktree', 'add', '-q', ofBare);
  expect(await inspectFolder(ofBare)).toMatchObject({ kind: 'git', root: ofBare, isWorktree: true });
});

test('a submodule gives its own root', async () => {
  using repo = new TempRepository();
  using inner = new TempRepository();
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'module');
  expect(await inspectFolder(join(repo.path, 'module', 'sub'))).toMatchObject({
    kind: 'git',
    root: join(repo.path, 'module'),
    isWorktree: false,
  });
});

test('a repository that claims another folder as its own is refused', async () => {
  using repo = new TempRepository();
  repo.git('config', 'core.worktree', repo.folder);
  await expect(inspectFolder(repo.path)).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringContaining('core.worktree'),
  });
});

test('a repository that git cannot read is an error, not a plain folder', async () => {
  using repo = new TempRepository();
  const linked = join(repo.folder, 'linked');
  repo.git('worktree', 'add', '-q', linked);
  rmSync(join(repo.path, '.git'), { recursive: true });
  await expect(inspectFolder(linked)).rejects.toMatchObject({ code: 'git_failed' });
  mkdirSync(join(repo.folder, 'plain'));
  expect(await inspectFolder(join(repo.folder, 'plain'))).toMatchObject({ kind: 'folder' });
});
