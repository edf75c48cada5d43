import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { findUncommittedWork } from '../uncommitted-work.ts';
import { createWorktree, removeWorktree, worktreeState } from '../worktrees.ts';
import { fillSubmodules } from './fill-submodules.ts';

const ALLOW = ['-c', 'protocol.file.allow=always'];

/** A project with a submodule, `lib/inner one`, which has one itself, `deep`. */
class Nested implements Disposable {
  readonly deep = new TempRepository();
  readonly inner = new TempRepository();
  readonly repo = new TempRepository();

  constructor() {
    const { deep, inner, repo } = this;
    inner.git(...ALLOW, 'submodule', '--quiet', 'add', deep.path, 'deep');
    inner.commit('with deep');
    repo.git(...ALLOW, 'submodule', '--quiet', 'add', inner.path, 'lib/inner one');
    repo.commit('with inner');
    repo.git(...ALLOW, 'submodule', '--quiet', 'update', '--init', '--recursive');
  }

  [Symbol.dispose](): void {
    for (const repo of [this.deep, this.inner, this.repo]) repo[Symbol.dispose]();
  }
}

const optionsFor = (repo: TempRepository) => ({
  projectPath: repo.path,
  worktreesFolder: repo.worktrees,
  sessionId: 'ses_00000001',
  name: 'x',
});

/** Every file below a folder with its content. */
function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'latin1')]),
  );
}

test('fills a new worktree from the submodules the project has, and leaves those as they are', async () => {
  using all = new Nested();
  const { repo, inner, deep } = all;
  const modules = join(repo.path, '.git', 'modules');
  const before = contentsOf(modules);
  const { path } = await createWorktree(optionsFor(repo));
  expect(readFileSync(join(path, 'lib/inner one/a.txt'), 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(join(path, 'lib/inner one/deep/sub/b.txt'), 'utf8')).toBe('b\n');
  const filled = join(path, 'lib/inner one');
  expect(repo.gitIn(filled, 'rev-parse', 'HEAD')).toBe(inner.git('rev-parse', 'HEAD'));
  expect(repo.gitIn(join(filled, 'deep'), 'rev-parse', 'HEAD')).toBe(deep.git('rev-parse', 'HEAD'));
  // To git they are as any other.
  expect(repo.gitIn(path, 'status', '--porcelain')).toBe('');
  const status = repo.gitIn(path, 'submodule', 'status', '--recursive').split('\n');
  expect(status.map((line) => line[0])).toEqual([' ', ' ']);
  expect(repo.gitIn(filled, 'config', 'remote.origin.url')).toBe(inner.path);
  expect(repo.gitIn(filled, 'rev-parse', 'origin/main')).toBe(inner.git('rev-parse', 'main'));
  expect(await fillSubmodules({ projectPath: repo.path, worktreePath: path })).toEqual([]);
  expect(contentsOf(modules)).toEqual(before);
  // Nothing is borrowed: they outlive what they were made from.
  rmSync(modules, { recursive: true });
  for (const folder of [filled, join(filled, 'deep')]) repo.gitIn(folder, 'fsck', '--strict');
});

test('one whose commit is not on this disk is named with what to run, and filled when it is there', async () => {
  using all = new Nested();
  const { repo, inner } = all;
  const newer = inner.commit('newer', { 'new.txt': 'new\n' });
  repo.git('update-index', '--cacheinfo', `160000,${newer},lib/inner one`);
  repo.git('commit', '-qm', 'newer');
  const { path } = await createWorktree(optionsFor(repo));
  expect(readdirSync(join(path, 'lib/inner one'))).toEqual([]);
  const options = { projectPath: repo.path, worktreePath: path };
  expect(await fillSubmodules(options)).toEqual([
    {
      path: 'lib/inner one',
      why: expect.stringMatching(
        new RegExp(
          `${newer.slice(0, 12)} is not on this disk.*git submodule update --init -- 'lib/inner one'`,
        ),
      ),
    },
  ]);
  repo.git(...ALLOW, 'submodule', '--quiet', 'update', '--recursive');
  expect(await fillSubmodules(options)).toEqual([]);
  expect(readFileSync(join(path, 'lib/inner one/new.txt'), 'utf8')).toBe('new\n');
});

test('a repository that lies in the project itself, and one that was half filled', async () => {
  using repo = new TempRepository();
  repo.git('init', '-q', join(repo.path, 'lib'));
  const commit = repo.commit('in it', { 'in.txt': 'in\n' }, join(repo.path, 'lib'));
  repo.write({ '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ./lib\n' });
  repo.commit('with lib');
  const { path } = await createWorktree(optionsFor(repo));
  expect(repo.gitIn(join(path, 'lib'), 'rev-parse', 'HEAD')).toBe(commit);

  const target = repo.gitIn(join(path, 'lib'), 'rev-parse', '--absolute-git-dir');
  writeFileSync(join(target, 'pilotlight-unfinished'), '');
  rmSync(join(path, 'lib/in.txt'));
  expect(await fillSubmodules({ projectPath: repo.path, worktreePath: path })).toEqual([]);
  expect(repo.gitIn(join(path, 'lib'), 'status', '--porcelain')).toBe('');
  expect(existsSync(join(target, 'pilotlight-unfinished'))).toBe(false);
});

/** A project whose submodule is as somebody hostile would have it. */
class Hostile implements Disposable {
  readonly repo = new TempRepository();
  readonly other = new TempRepository();
  readonly canary = join(this.repo.folder, 'ran');
  readonly script = join(this.repo.folder, 'run.sh');
  readonly commit: string;

  constructor() {
    const { repo, other } = this;
    writeFileSync(this.script, `#!/bin/sh\ntouch '${this.canary}'\nexec cat\n`);
    chmodSync(this.script, 0o755);
    this.commit = other.commit('evil', { '.gitattributes': '* filter=evil\n', 'c.txt': 'c\n' });
    repo.git(...ALLOW, 'clone', '-q', '--bare', other.path, join(repo.path, '.git/modules/lib'));
  }

  /** Commits a submodule at `path`. */
  add(path: string, gitmodules: string): void {
    this.repo.write({ '.gitmodules': gitmodules });
    this.repo.git('add', '.gitmodules');
    this.repo.git('update-index', '--add', '--cacheinfo', `160000,${this.commit},${path}`);
    this.repo.git('commit', '-qm', 'submodule');
  }

  [Symbol.dispose](): void {
    this.repo[Symbol.dispose]();
    this.other[Symbol.dispose]();
  }
}

test('what .gitmodules and the configuration of the source say is neither run nor taken over', async () => {
  using hostile = new Hostile();
  const { repo, script } = hostile;
  const source = join(repo.path, '.git/modules/lib');
  const config = (key: string, value: string) =>
    repo.git('config', '--file', join(source, 'config'), key, value);
  for (const key of ['clean', 'smudge', 'process']) config(`filter.evil.${key}`, script);
  config('core.fsmonitor', script);
  config('core.bare', 'false');
  config('core.worktree', '../../../nowhere');
  config('core.hooksPath', join(repo.folder, 'hooks'));
  config('remote.origin.url', `ext::${script}`);
  config('uploadpack.packObjectsHook', script);
  config('include.path', join(repo.folder, 'more'));
  repo.write(
    { 'hooks/post-checkout': `#!/bin/sh\n${script}\n`, more: `[core]\nsshCommand = ${script}\n` },
    repo.folder,
  );
  chmodSync(join(repo.folder, 'hooks/post-checkout'), 0o755);
  hostile.add(
    'lib',
    `[submodule "lib"]\n\tpath = lib\n\turl = ext::${script}\n\tupdate = !${script}\n[include]\n\tpath = ${script}\n`,
  );
  const made = await createWorktree(optionsFor(repo));
  expect(readFileSync(join(made.path, 'lib/c.txt'), 'utf8')).toBe('c\n');
  expect(
    repo.gitIn(join(made.path, 'lib'), 'config', '--local', '--list', '--name-only').split('\n'),
  ).toEqual(['core.repositoryformatversion', 'core.filemode', 'core.bare', 'core.logallrefupdates']);
  await removeWorktree({ projectPath: repo.path, ...made });
  expect(existsSync(hostile.canary)).toBe(false);
});

test('what leads elsewhere is left empty, and the worktree is made', async () => {
  using hostile = new Hostile();
  const { repo, other } = hostile;
  const modules = join(repo.path, '.git/modules');
  symlinkSync(join(other.path, '.git'), join(modules, 'linked'));
  mkdirSync(join(modules, 'borrowed'));
  symlinkSync(join(other.path, '.git/objects'), join(modules, 'borrowed/objects'));
  const names = ['../../../my prøject/.git/modules/lib', '-lib', '/lib', 'lib\\\\..', 'linked', 'borrowed'];
  const entries = names.map((name, index) => `[submodule "${name}"]\n\tpath = p${index}\n\turl = x\n`);
  const paths = [...names.keys(), 'unnamed'].map((index) => (index === 'unnamed' ? index : `p${index}`));
  for (const path of paths) hostile.add(path, entries.join(''));
  const before = readdirSync(modules);
  const { path } = await createWorktree(optionsFor(repo));
  for (const one of paths) expect(readdirSync(join(path, one))).toEqual([]);
  const lacking = await fillSubmodules({ projectPath: repo.path, worktreePath: path });
  expect(lacking.map((one) => one.path)).toEqual(paths);
  expect(readdirSync(modules)).toEqual(before);
  const entry = repo.gitIn(path, 'rev-parse', '--absolute-git-dir');
  expect(existsSync(join(entry, 'modules'))).toBe(false);
});

test('a place that came to be a link is not entered', async () => {
  using all = new Nested();
  const { repo, inner } = all;
  const { path } = await createWorktree(optionsFor(repo));
  rmSync(join(inner.path, 'deep'), { recursive: true });
  mkdirSync(join(inner.path, 'deep'));
  rmSync(join(path, 'lib/inner one'), { recursive: true });
  symlinkSync(inner.path, join(path, 'lib/inner one'));
  const lacking = await fillSubmodules({ projectPath: repo.path, worktreePath: path });
  expect(lacking).toEqual([{ path: 'lib/inner one', why: expect.stringContaining('behind a link') }]);
  expect(readdirSync(join(inner.path, 'deep'))).toEqual([]);
});

test('a .gitmodules that is no configuration is said, and the worktree is made', async () => {
  using hostile = new Hostile();
  hostile.add('lib', '[submodule "lib\n');
  const { path } = await createWorktree(optionsFor(hostile.repo));
  expect(readdirSync(join(path, 'lib'))).toEqual([]);
  const lacking = await fillSubmodules({ projectPath: hostile.repo.path, worktreePath: path });
  expect(lacking).toEqual([{ path: '.gitmodules', why: expect.stringContaining('left empty') }]);
});

test('a submodule inside the repository of another is left empty', async () => {
  using hostile = new Hostile();
  const { repo, other } = hostile;
  repo.git(...ALLOW, 'clone', '-q', '--bare', other.path, join(repo.path, '.git/modules/lib/hooks/x'));
  const both = '[submodule "lib"]\n\tpath = lib\n[submodule "lib/hooks/x"]\n\tpath = second\n';
  hostile.add('lib', both);
  hostile.add('second', both);
  const { path } = await createWorktree(optionsFor(repo));
  expect(existsSync(join(path, 'lib/c.txt'))).toBe(true);
  expect(readdirSync(join(path, 'second'))).toEqual([]);
});

test('a worktree with work in a submodule of a submodule is not removed', async () => {
  using all = new Nested();
  const { repo } = all;
  const made = await createWorktree(optionsFor(repo));
  const deep = join(made.path, 'lib/inner one/deep');
  const remove = () => removeWorktree({ projectPath: repo.path, ...made });
  const refused = (reason: string) => ({
    code: 'worktree_dirty',
    message: expect.stringContaining(`lib/inner one/deep: ${reason}`),
  });
  repo.gitIn(deep, 'config', 'user.name', 'T');
  repo.gitIn(deep, 'config', 'user.email', 't@example.invalid');
  repo.write({ 'a.txt': 'x' }, deep);
  await expect(remove()).rejects.toMatchObject(refused('1 modified file'));
  repo.gitIn(deep, 'stash', '-q');
  await expect(remove()).rejects.toMatchObject(refused('a stash'));
  repo.gitIn(deep, 'stash', 'drop', '-q');
  repo.gitIn(deep, 'checkout', '-q', '-b', 'mine');
  repo.commit('mine', {}, deep);
  await expect(remove()).rejects.toMatchObject(refused('1 commit(s) that were not pushed'));
  expect(existsSync(join(deep, 'a.txt'))).toBe(true);
});

test('what is written in a submodule while its worktree goes brings it back', async () => {
  using all = new Nested();
  const { repo } = all;
  const made = await createWorktree(optionsFor(repo));
  const inner = join(made.path, 'lib/inner one');
  // As git has it where it fills a submodule itself.
  repo.gitIn(inner, 'config', 'core.worktree', inner);
  const looked: string[] = [];
  const reasons = async (folder: string): Promise<string[]> => {
    looked.push(folder);
    const found = await findUncommittedWork(folder, await worktreeState(folder));
    if (looked.length === 1) repo.write({ 'late.txt': 'late\n' }, inner);
    return found;
  };
  const refused = {
    code: 'worktree_dirty',
    message: expect.stringContaining('lib/inner one: 1 untracked file'),
  };
  await expect(removeWorktree({ projectPath: repo.path, ...made, reasons })).rejects.toMatchObject(refused);
  expect(looked).toHaveLength(2);
  expect(readFileSync(join(inner, 'late.txt'), 'utf8')).toBe('late\n');
  rmSync(join(inner, 'late.txt'));
  expect(await removeWorktree({ projectPath: repo.path, ...made })).toMatchObject({ removed: true });
  expect(existsSync(made.path)).toBe(false);
  expect(repo.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(repo.git('submodule', 'status', '--recursive')).not.toMatch(/^[-+]/m);
});
