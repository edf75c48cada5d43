import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TempRepository } from './temp-repository.ts';
import { CREATING } from './unfinished-worktree.ts';
import { createWorktree, dropWorktree, isToBeNamed, nameBranch } from './worktrees.ts';

const SESSION = 'ses_0000000000ab12cd34';
let repository: TempRepository;

beforeEach(() => {
  repository = new TempRepository();
});
afterEach(() => repository[Symbol.dispose]());

function options() {
  return { projectPath: repository.path, worktreesFolder: repository.worktrees, sessionId: SESSION };
}

const make = (name = '') => createWorktree({ ...options(), name });
const branches = (): string =>
  repository.git('branch', '--list', 'pilotlight/*', '--format=%(refname:short)');

test('a worktree that nobody used goes with its branch, and again is no error', async () => {
  const { path, branch } = await make();
  expect(branches()).toBe(branch);
  await dropWorktree(options());
  expect(existsSync(path)).toBe(false);
  expect(branches()).toBe('');
  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  await dropWorktree(options());
});

test('one that is half made goes too', async () => {
  const { path } = await make();
  repository.git('worktree', 'lock', '--reason', CREATING, path);
  await dropWorktree(options());
  expect(existsSync(path)).toBe(false);
  expect(branches()).toBe('');
});

test('one that holds work stays, and so does a branch with commits', async () => {
  const { path, branch } = await make();
  repository.write({ 'new.txt': 'mine' }, path);
  await expect(dropWorktree(options())).rejects.toMatchObject({ code: 'worktree_dirty' });
  expect(existsSync(path)).toBe(true);
  repository.commit('mine', {}, path);
  await dropWorktree(options());
  expect(existsSync(path)).toBe(false);
  expect(branches()).toBe(branch);
});

test('a repository that is gone is no error', async () => {
  await make();
  const gone = options();
  repository[Symbol.dispose]();
  await dropWorktree(gone);
  expect(existsSync(gone.projectPath)).toBe(false);
});

test('a branch made without a name gets that of its session when that has one, where it is checked out', async () => {
  const { path, branch } = await make();
  expect(branch).toBe('pilotlight/session-ab12cd34');
  const named = { sessionId: SESSION, branch, name: 'Mend the lamp', path };
  expect(isToBeNamed({ ...named, name: '' })).toBe(false);
  expect(isToBeNamed({ ...named, branch: 'pilotlight/session-00000000' })).toBe(false);
  expect(isToBeNamed(named)).toBe(true);
  const now = await nameBranch({ ...named, projectPath: repository.path, isNew: true });
  expect(now).toBe('pilotlight/mend-the-lamp-ab12cd34');
  expect(repository.gitIn(path, 'branch', '--show-current')).toBe(now);
  expect(branches()).toBe(now);
  // Asked a second time, it has that name; whatever somebody else called it is left alone.
  expect(await nameBranch({ ...named, projectPath: repository.path, isNew: true })).toBe(now);
  repository.gitIn(path, 'branch', '-m', 'mine');
  expect(await nameBranch({ ...named, projectPath: repository.path, isNew: true })).toBeNull();
  expect(repository.gitIn(path, 'branch', '--show-current')).toBe('mine');
});
