/** Branches of a project, and sessions whose worktrees start from one. */
import type { Project } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './composed-harness.ts';

let home: Home;
let folder: string;
let project: Project;
let commits: { first: string; feature: string };

function git(...args: string[]): string {
  const options = { cwd: folder, encoding: 'utf8' as const };
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], options).trim();
}

beforeAll(async () => {
  home = await Home.start();
  folder = home.newRepository();
  const first = git('rev-parse', 'HEAD');
  git('tag', 'v1');
  git('checkout', '-q', '-b', 'feature');
  git('commit', '-q', '--allow-empty', '-m', 'feature');
  const feature = git('rev-parse', 'HEAD');
  git('update-ref', 'refs/remotes/origin/topic', feature);
  git('checkout', '-q', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'second');
  commits = { first, feature };
  project = await home.client.createProject({ path: folder });
});
afterAll(() => home[Symbol.asyncDispose]());

describe('a session with a base', () => {
  it.each([
    ['a branch', () => 'feature', () => commits.feature],
    ['a remote branch', () => 'origin/topic', () => commits.feature],
    ['a tag', () => 'v1', () => commits.first],
    ['a commit', () => commits.first.slice(0, 12), () => commits.first],
  ])('starts from %s', async (_, base, commit) => {
    const { session, chat } = await home.client.createSession({ projectId: project.id, base: base() });
    expect(session).toMatchObject({ base: base(), worktree: null });
    expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
    const after = await home.client.getSession(session.id);
    expect(after).toMatchObject({ base: base(), worktree: { baseCommit: commit() } });
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: after.worktree?.path, encoding: 'utf8' });
    expect(head.trim()).toBe(commit());
  });

  it.each([
    ['an unknown one', { base: 'no-such-branch' }, 'names no commit'],
    ['an option', { base: '--all' }, 'names no commit'],
    ['a file', { base: 'main:README.md' }, 'names no commit'],
    ['one without a worktree', { base: 'main', inPlace: true }, 'has no worktree'],
  ])('is not made of %s', async (_, body, message) => {
    const idsOf = async () => (await home.client.listSessions()).map(({ id }) => id);
    const before = await idsOf();
    await expect(home.client.createSession({ projectId: project.id, ...body })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { fields: [{ path: 'base', message: expect.stringContaining(message) }] },
    });
    expect(await idsOf()).toEqual(before);
  });

  it('fails its first turn clearly when the base is gone by then', async () => {
    git('branch', 'fleeting', 'main');
    const { chat } = await home.client.createSession({ projectId: project.id, base: 'fleeting' });
    git('branch', '-D', 'fleeting');
    expect(await home.turn(chat, '/echo hi')).toMatchObject({
      state: 'failed',
      error: { code: 'invalid_request', message: expect.stringContaining('"fleeting" names no commit') },
    });
  });
});

describe('a session that starts from a pull request', () => {
  let remote: string;
  let theirs: string;

  beforeAll(() => {
    remote = join(home.newFolder(), 'the remote.git');
    git('clone', '-q', '--bare', folder, remote);
    git('remote', 'add', 'origin', remote);
    git('checkout', '-q', '--detach', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'theirs');
    theirs = git('rev-parse', 'HEAD');
    git('push', '-q', 'origin', 'HEAD:refs/pull/12/head', 'HEAD:refs/merge-requests/7/head');
    git('checkout', '-q', 'main');
  });

  it.each(['#12', '!7'])('%s: it is fetched, and the new branch follows nothing', async (base) => {
    const { session, chat } = await home.client.createSession({ projectId: project.id, base });
    expect(session.base).toBe(base);
    expect(await home.turn(chat, '/echo hi')).toMatchObject({ state: 'completed' });
    const { worktree } = await home.client.getSession(session.id);
    expect(worktree?.baseCommit).toBe(theirs);
    expect(git('rev-parse', worktree?.branch ?? '')).toBe(theirs);
    expect(git('for-each-ref', '--format=%(upstream)', `refs/heads/${worktree?.branch}`)).toBe('');
    expect(git('branch', '-r', '--format=%(refname)')).not.toContain('pull');
  });

  it('is found again when its branch moved on, as it is then', async () => {
    git('checkout', '-q', '--detach', theirs);
    git('commit', '-q', '--allow-empty', '-m', 'more');
    git('push', '-q', 'origin', 'HEAD:refs/pull/12/head');
    const more = git('rev-parse', 'HEAD');
    git('checkout', '-q', 'main');
    const { session, chat } = await home.client.createSession({ projectId: project.id, base: '#12' });
    await home.turn(chat, '/echo hi');
    expect((await home.client.getSession(session.id)).worktree?.baseCommit).toBe(more);
  });

  it.each([
    ['a number that is not there', '#404', 'invalid_request', 'has no pull request 404'],
    ['another repository', 'https://github.com/o/r/pull/1', 'invalid_request', 'is github.com/o/r'],
  ])('is not made of %s', async (_, base, code, message) => {
    await expect(home.client.createSession({ projectId: project.id, base })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('says so when the remote cannot be reached', async () => {
    git('remote', 'set-url', 'origin', join(home.folder, 'gone.git'));
    await expect(home.client.createSession({ projectId: project.id, base: '#13' })).rejects.toMatchObject({
      code: 'remote_failed',
      details: { reason: 'not_found' },
    });
    git('remote', 'set-url', 'origin', remote);
  });

  it('gives way to a branch of that name', async () => {
    git('branch', '#12', 'main');
    const { session, chat } = await home.client.createSession({ projectId: project.id, base: '#12' });
    await home.turn(chat, '/echo hi');
    expect((await home.client.getSession(session.id)).worktree?.baseCommit).toBe(git('rev-parse', 'main'));
    git('branch', '-D', '#12');
  });
});

describe('the branch of a session', () => {
  const branchOf = async (id: string) => (await home.client.getSession(id)).worktree?.branch ?? '';

  it('has its new name from the next turn on, until it was pushed', async () => {
    const made = await home.client.createSession({ projectId: project.id, title: 'One thing' });
    await home.turn(made.chat, '/echo hi');
    expect(await branchOf(made.session.id)).toMatch(/^pilotlight\/one-thing-/);
    await home.client.updateSession(made.session.id, { title: 'Another thing' });
    await home.turn(made.chat, '/echo hi');
    const named = await branchOf(made.session.id);
    expect(named).toMatch(/^pilotlight\/another-thing-/);
    expect(git('branch', '--list', 'pilotlight/one-thing-*')).toBe('');

    git('push', '-q', 'origin', named);
    await home.client.updateSession(made.session.id, { title: 'A third' });
    await home.turn(made.chat, '/echo hi');
    expect(await branchOf(made.session.id)).toBe(named);
  });

  it('keeps the name that somebody else gave it', async () => {
    const made = await home.client.createSession({ projectId: project.id, title: 'Mine' });
    await home.turn(made.chat, '/echo hi');
    const before = await branchOf(made.session.id);
    git('branch', '-m', before, 'by-hand');
    await home.client.updateSession(made.session.id, { title: 'Yours' });
    expect(await home.turn(made.chat, '/echo hi')).toMatchObject({ state: 'completed' });
    expect(git('branch', '--list', 'by-hand')).toContain('by-hand');
  });
});

describe('branches of a project', () => {
  it('are listed, with those of remotes', async () => {
    const { head, branches } = await home.client.listBranches(project.id);
    expect(head).toBe('main');
    const byName = new Map(branches.map((branch) => [branch.name, branch]));
    expect(byName.get('main')).toMatchObject({ remote: false, checkedOut: true });
    expect(byName.get('origin/topic')).toMatchObject({ remote: true, commit: commits.feature });
  });

  it('are none for a plain folder, and no session of it takes a base', async () => {
    const plain = await home.client.createProject({ path: home.newFolder() });
    expect(await home.client.listBranches(plain.id)).toEqual({ head: null, branches: [], truncated: false });
    await expect(home.client.createSession({ projectId: plain.id, base: 'main' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('no repository'),
    });
  });

  it('run nothing that the repository names', async () => {
    const marker = join(home.folder, 'ran');
    git('config', 'core.fsmonitor', `touch ${marker}`);
    git('config', 'core.pager', `touch ${marker}`);
    await home.client.listBranches(project.id);
    git('config', '--unset', 'core.fsmonitor');
    expect(existsSync(marker)).toBe(false);
  });
});
