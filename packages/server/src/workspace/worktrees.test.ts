import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { TempRepository } from './temp-repository.ts';
import type { CreatedWorktree, CreateWorktreeOptions } from './worktrees.ts';
import { assertWorktree, createWorktree, removeWorktree, worktreeState } from './worktrees.ts';

const sessionId = 'ses_0198f0a4-7c1e-7abc-8def-0123456789ab';

function optionsFor(repo: TempRepository, more: Partial<CreateWorktreeOptions> = {}): CreateWorktreeOptions {
  return {
    projectPath: repo.path,
    worktreesFolder: repo.worktrees,
    sessionId,
    name: 'Fix the Löwe!',
    ...more,
  };
}
const remove = (repo: TempRepository, made: CreatedWorktree): ReturnType<typeof removeWorktree> =>
  removeWorktree({ projectPath: repo.path, path: made.path, branch: made.branch });
const CLEAN = { staged: 0, unstaged: 0, untracked: 0 };

/** What git leaves when it is killed between `worktree add` and the checkout. */
function leaveUnfinished(repo: TempRepository, name: string): string {
  const path = join(realpathSync(repo.folder), 'work trees ü', 'my-pr-ject', name);
  const lock = ['--lock', '--reason', 'pilotlight: being created'];
  repo.git('worktree', 'add', '-q', ...lock, '--no-checkout', '-b', `pilotlight/${name}`, path);
  return path;
}

test('makes a worktree on a branch of its own, named after the title', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  expect(made).toEqual({
    path: join(repo.worktrees, 'my-pr-ject', 'fix-the-lowe-456789ab'),
    branch: 'pilotlight/fix-the-lowe-456789ab',
    baseCommit: repo.git('rev-parse', 'HEAD'),
  });
  expect(await worktreeState(made.path)).toEqual({
    exists: true,
    branch: made.branch,
    head: made.baseCommit,
    dirty: CLEAN,
  });
  expect(existsSync(join(made.path, 'sub/b.txt'))).toBe(true);
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain('locked');
  await assertWorktree(made.path);
});

test('asked again, with another title too, or twice at once, gives the same worktree', async () => {
  using repo = new TempRepository();
  const [first, second] = await Promise.all([
    createWorktree(optionsFor(repo)),
    createWorktree(optionsFor(repo)),
  ]);
  expect(second).toEqual(first);
  repo.commit('main moved on');
  repo.write({ 'work.txt': 'kept' }, first.path);
  expect(await createWorktree(optionsFor(repo, { name: 'other' }))).toEqual(first);
  expect(existsSync(join(first.path, 'work.txt'))).toBe(true);
});

test('starts from the base that is asked for', async () => {
  using repo = new TempRepository();
  const first = repo.git('rev-parse', 'HEAD');
  repo.commit('second');
  expect((await createWorktree(optionsFor(repo, { base: 'HEAD~1' }))).baseCommit).toBe(first);
  const unknown = createWorktree(optionsFor(repo, { sessionId: 'ses_11111111', base: '--nothing' }));
  await expect(unknown).rejects.toMatchObject({ code: 'invalid_request' });
});

test('many sessions at once each get their own', async () => {
  using repo = new TempRepository();
  const ids = Array.from({ length: 8 }, (_, index) => `ses_aaaaaa0${index}`);
  const made = await Promise.all(
    ids.map((id) => createWorktree(optionsFor(repo, { sessionId: id, name: '修正' }))),
  );
  expect(new Set(made.map(({ path }) => path)).size).toBe(8);
  expect(made[0]?.branch).toBe('pilotlight/session-aaaaaa00');
});

test('a repository without commits says what to do', async () => {
  using repo = new TempRepository(false);
  await expect(createWorktree(optionsFor(repo))).rejects.toMatchObject({
    code: 'repository_empty',
    message: expect.stringMatching(/first commit.*--in-place/s),
  });
});

test('a branch named pilotlight in the way is named', async () => {
  using repo = new TempRepository();
  repo.git('branch', 'pilotlight');
  await expect(createWorktree(optionsFor(repo))).rejects.toMatchObject({
    code: 'worktree_failed',
    message: expect.stringContaining('Rename that branch'),
  });
});

test('a creation cut short before the checkout is made again', async () => {
  using repo = new TempRepository();
  const path = leaveUnfinished(repo, 'fix-456789ab');
  repo.write({ 'a.txt': 'half writt' }, path);
  const made = await createWorktree(optionsFor(repo));
  expect(made).toMatchObject({ path, branch: 'pilotlight/fix-456789ab' });
  expect((await worktreeState(path)).dirty).toEqual(CLEAN);
});

test.each(['gitdir', 'commondir', 'HEAD'])(
  'a creation cut short inside git, before %s, is made again',
  async (file) => {
    using repo = new TempRepository();
    const path = leaveUnfinished(repo, 'fix-456789ab');
    writeFileSync(join(repo.path, '.git/worktrees/fix-456789ab', file), '');
    const made = await createWorktree(optionsFor(repo, { name: 'fix' }));
    expect(made.path).toBe(path);
    expect((await worktreeState(path)).dirty).toEqual(CLEAN);
  },
);

test('a creation of another session that was cut short long ago is no hindrance', async () => {
  using repo = new TempRepository();
  leaveUnfinished(repo, 'fix-99999999');
  const entry = join(repo.path, '.git/worktrees/fix-99999999');
  writeFileSync(join(entry, 'commondir'), '');
  utimesSync(entry, 1, 1);
  expect(() => repo.git('worktree', 'list')).toThrow('commondir');
  expect((await worktreeState((await createWorktree(optionsFor(repo))).path)).exists).toBe(true);
});

test('a folder of somebody else in the way is left alone', async () => {
  using repo = new TempRepository();
  const path = join(repo.worktrees, 'my-pr-ject', 'fix-the-lowe-456789ab');
  repo.write({ 'precious.txt': 'mine' }, path);
  await expect(createWorktree(optionsFor(repo))).rejects.toMatchObject({ code: 'worktree_failed' });
  expect(existsSync(join(path, 'precious.txt'))).toBe(true);
});

test('a cancelled creation leaves neither entry nor branch', async () => {
  using repo = new TempRepository();
  const cancelled = createWorktree(optionsFor(repo, { signal: AbortSignal.abort() }));
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(repo.git('branch', '--list', 'pilotlight/*')).toBe('');
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain('my-pr-ject');
});

test('a creation cancelled during the checkout leaves neither entry, folder nor branch', async () => {
  using repo = new TempRepository();
  // Git writes a.txt, and then waits for ever to read what a pipe is to give for the next file.
  const blob = repo.git('rev-parse', 'HEAD:sub/b.txt');
  const object = join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2));
  rmSync(object);
  execFileSync('mkfifo', [object]);
  const path = join(repo.worktrees, 'my-pr-ject', 'fix-the-lowe-456789ab');
  const controller = new AbortController();
  const creation = createWorktree(optionsFor(repo, { signal: controller.signal }));
  creation.catch(() => undefined);
  await vi.waitFor(() => expect(existsSync(join(path, 'a.txt'))).toBe(true), {
    timeout: 15_000,
    interval: 5,
  });
  controller.abort();
  await expect(creation).rejects.toMatchObject({ code: 'cancelled' });
  expect(existsSync(path)).toBe(false);
  expect(repo.git('branch', '--list', 'pilotlight/*')).toBe('');
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain('my-pr-ject');
});

test('a checkout that fails leaves neither entry, folder nor branch', async () => {
  using repo = new TempRepository();
  const blob = repo.git('rev-parse', 'HEAD:a.txt');
  rmSync(join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  await expect(createWorktree(optionsFor(repo))).rejects.toMatchObject({ code: 'git_failed' });
  expect(repo.git('branch', '--list', 'pilotlight/*')).toBe('');
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain('my-pr-ject');
  expect(existsSync(join(repo.worktrees, 'my-pr-ject', 'fix-the-lowe-456789ab'))).toBe(false);
});

test('the state counts what is staged, modified, in conflict and untracked', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  repo.write({ 'a.txt': 'x\n', 'new dir/n.txt': '', 'new dir/m.txt': '', 'staged.txt': '' }, made.path);
  repo.gitIn(made.path, 'add', 'staged.txt');
  rmSync(join(made.path, 'sub/b.txt'));
  expect((await worktreeState(made.path)).dirty).toEqual({ staged: 1, unstaged: 2, untracked: 2 });
  expect(await worktreeState(join(repo.folder, 'gone'))).toEqual({
    exists: false,
    branch: null,
    head: null,
    dirty: CLEAN,
  });
});

test('a worktree without its .git does not pass for the repository around it', async () => {
  using repo = new TempRepository();
  const inside = join(repo.path, '.worktrees');
  const made = await createWorktree(optionsFor(repo, { worktreesFolder: inside }));
  const dotGit = join(made.path, '.git');
  for (const damaged of ['gitdir: /nowhere', 'not git at all']) {
    writeFileSync(dotGit, damaged);
    await expect(assertWorktree(made.path)).rejects.toMatchObject({ code: 'worktree_missing' });
  }
  rmSync(dotGit);
  // Nobody writes to it: who read it as a file would wait for ever.
  execFileSync('mkfifo', [dotGit]);
  await expect(assertWorktree(made.path)).rejects.toMatchObject({ code: 'worktree_missing' });
  rmSync(dotGit);
  expect((await worktreeState(made.path)).exists).toBe(false);
  await expect(assertWorktree(made.path)).rejects.toMatchObject({
    code: 'worktree_missing',
    message: expect.stringContaining(made.path),
  });
  await expect(remove(repo, made)).rejects.toMatchObject({ code: 'worktree_dirty' });
  expect(existsSync(join(made.path, 'a.txt'))).toBe(true);
});

test('removes a clean worktree, keeps the branch, and says what it holds', async () => {
  using repo = new TempRepository();
  repo.commit('ignore', { '.gitignore': 'node_modules\n' });
  const made = await createWorktree(optionsFor(repo));
  const commit = repo.commit('work', { 'work.txt': '1\n' }, made.path);
  repo.write({ 'node_modules/x.js': '' }, made.path);
  expect(await remove(repo, made)).toEqual({ removed: true, branch: made.branch, ownCommits: 1, ignored: 1 });
  expect(existsSync(made.path)).toBe(false);
  expect(existsSync(`${made.path}.removing`)).toBe(false);
  expect(repo.git('rev-parse', made.branch)).toBe(commit);
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain(made.path);

  // The session comes back to its branch, and to the commit it started from.
  expect(await createWorktree(optionsFor(repo))).toEqual(made);
  expect((await worktreeState(made.path)).head).toBe(commit);
});

test.each<[string, (repo: TempRepository, path: string) => void]>([
  ['a modified file', (repo, path) => repo.write({ 'a.txt': 'x' }, path)],
  ['an untracked file', (repo, path) => repo.write({ 'new.txt': '' }, path)],
  ['a deleted file', (_repo, path) => rmSync(join(path, 'a.txt'))],
  [
    'a staged file',
    (repo, path) => {
      repo.write({ 'new.txt': '' }, path);
      repo.gitIn(path, 'add', '-A');
    },
  ],
  [
    'untracked files the configuration hides',
    (repo, path) => {
      repo.git('config', 'status.showUntrackedFiles', 'no');
      repo.write({ 'new.txt': '' }, path);
    },
  ],
  [
    'a change hidden by assume-unchanged',
    (repo, path) => {
      repo.gitIn(path, 'update-index', '--assume-unchanged', 'a.txt');
      repo.write({ 'a.txt': 'x' }, path);
    },
  ],
  [
    'a commit no branch holds',
    (repo, path) => {
      repo.gitIn(path, 'checkout', '-q', '--detach');
      repo.commit('loose', { 'c.txt': '' }, path);
    },
  ],
  [
    'a repository inside',
    (repo, path) => {
      mkdirSync(join(path, 'inner'));
      repo.gitIn(join(path, 'inner'), 'init', '-q');
    },
  ],
])('refuses to remove: %s', async (_what, change) => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  change(repo, made.path);
  const before = repo.gitIn(made.path, 'status', '--porcelain', '-uall');
  await expect(remove(repo, made)).rejects.toMatchObject({
    code: 'worktree_dirty',
    message: expect.stringContaining(made.path),
    details: { reasons: [expect.any(String)] },
  });
  expect(repo.gitIn(made.path, 'status', '--porcelain', '-uall')).toBe(before);
});

test('a submodule with work is not removed, one without goes along', async () => {
  using repo = new TempRepository();
  using inner = new TempRepository();
  const allow = ['-c', 'protocol.file.allow=always'];
  repo.git(...allow, 'submodule', '--quiet', 'add', inner.path, 'module');
  repo.commit('submodule');
  const made = await createWorktree(optionsFor(repo));
  repo.gitIn(made.path, ...allow, 'submodule', '--quiet', 'update', '--init');
  const module = join(made.path, 'module');
  repo.write({ 'a.txt': 'x' }, module);
  const reasons = { code: 'worktree_dirty', message: expect.stringContaining('submodule module') };
  await expect(remove(repo, made)).rejects.toMatchObject(reasons);
  repo.gitIn(module, 'checkout', '-q', '--', '.');
  repo.gitIn(
    module,
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.invalid',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'x',
  );
  await expect(remove(repo, made)).rejects.toMatchObject(reasons);
  repo.gitIn(module, 'reset', '-q', '--hard', 'HEAD~1');
  expect(await remove(repo, made)).toMatchObject({ removed: true });
  expect(existsSync(made.path)).toBe(false);
});

test('a worktree deleted behind our back: only its own entry is struck', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  const other = await createWorktree(optionsFor(repo, { sessionId: 'ses_22222222' }));
  rmSync(made.path, { recursive: true });
  rmSync(other.path, { recursive: true });
  await expect(assertWorktree(made.path)).rejects.toMatchObject({ code: 'worktree_missing' });
  expect(await remove(repo, made)).toMatchObject({ removed: false, branch: made.branch });
  const list = repo.git('worktree', 'list', '--porcelain');
  expect(list).not.toContain(made.path);
  expect(list).toContain(other.path);
  expect(await remove(repo, made)).toMatchObject({ removed: false });
  expect(await createWorktree(optionsFor(repo, { sessionId: 'ses_22222222' }))).toEqual(other);
});

test('never removes the main worktree, a stranger, or a locked one', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  const failed = { code: 'worktree_failed' };
  await expect(remove(repo, { ...made, path: repo.path })).rejects.toMatchObject(failed);
  await expect(remove(repo, { ...made, path: join(repo.path, 'sub') })).rejects.toMatchObject(failed);
  repo.git('worktree', 'lock', '--reason', 'on a stick', made.path);
  await expect(remove(repo, made)).rejects.toMatchObject({ message: expect.stringContaining('on a stick') });
  expect(existsSync(join(made.path, 'a.txt'))).toBe(true);
  expect(existsSync(join(repo.path, 'sub/b.txt'))).toBe(true);
});

test('a removal cut short before the second look is put back, whoever asks next', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  repo.write({ 'late.txt': 'work' }, made.path);
  renameSync(made.path, `${made.path}.removing`);
  await expect(remove(repo, made)).rejects.toMatchObject({ code: 'worktree_dirty' });
  expect(existsSync(join(made.path, 'late.txt'))).toBe(true);

  renameSync(made.path, `${made.path}.removing`);
  expect(await createWorktree(optionsFor(repo))).toEqual(made);
  expect(existsSync(join(made.path, 'late.txt'))).toBe(true);

  renameSync(made.path, `${made.path}.removing`);
  repo.git('worktree', 'prune');
  await expect(remove(repo, made)).rejects.toMatchObject({ code: 'worktree_failed' });
  expect(existsSync(join(made.path, 'late.txt'))).toBe(true);
});

test('a removal cut short after the second look is finished', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  renameSync(made.path, `${made.path}.removed`);
  expect(await remove(repo, made)).toMatchObject({ removed: false });
  expect(existsSync(`${made.path}.removed`)).toBe(false);
  expect(repo.git('worktree', 'list', '--porcelain')).not.toContain(made.path);
});

test('an entry git would rewrite from aside (older than a day) is still found', async () => {
  using repo = new TempRepository();
  const made = await createWorktree(optionsFor(repo));
  const gitdir = join(repo.path, '.git/worktrees/fix-the-lowe-456789ab/gitdir');
  utimesSync(gitdir, 1, 1);
  expect(await remove(repo, made)).toMatchObject({ removed: true });
  expect(existsSync(gitdir)).toBe(false);
});
