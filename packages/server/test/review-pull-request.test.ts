/** The review of sessions that started from no branch: a pull request, a tag, a commit. They have a base to rebase on all the same. */
import type { Session } from '@pilotlight/protocol';
import { newId } from '@pilotlight/protocol';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { commit, git, home, project, review, useReviewDesk } from './review-desk.ts';

useReviewDesk();

let projectId: string;
beforeEach(async () => {
  projectId = (await home.client.createProject({ path: project })).id;
});

async function sessionFrom(base: string): Promise<Session> {
  const { session, chat } = await home.client.createSession({ projectId, base });
  await home.turn(chat, '/echo made');
  return home.client.getSession(session.id);
}
const baseOf = async (base: string) => {
  const { baseBranch, ahead, behind } = await review().facts((await sessionFrom(base)).id);
  return { baseBranch, ahead, behind };
};

/** A remote with pull request 7 for `develop`, and 8 of which the server says nothing more. */
function withRemote(): string {
  const remote = join(home.newFolder(), 'remote.git');
  git(project, 'checkout', '-q', '-b', 'develop');
  commit(project, 'on develop', { 'develop.txt': 'd\n' });
  git(project, 'clone', '-q', '--bare', project, remote);
  git(project, 'remote', 'add', 'origin', remote);
  const theirs = commit(project, 'theirs', { 'theirs.txt': 't\n' });
  git(project, 'checkout', '-q', 'main');
  git(project, 'branch', '-qf', 'develop', 'develop~1');
  const tree = git(project, 'rev-parse', `${theirs}^{tree}`);
  const merge = git(project, 'commit-tree', tree, '-p', 'develop', '-p', theirs, '-m', 'tried');
  git(
    project,
    'push',
    '-q',
    'origin',
    `${theirs}:refs/pull/7/head`,
    `${merge}:refs/pull/7/merge`,
    `${theirs}:refs/pull/8/head`,
  );
  git(project, 'fetch', '-q', 'origin');
  return remote;
}

it('is the branch that a pull request is for, where its remote tells it', async () => {
  const remote = withRemote();
  expect(await baseOf('#7')).toEqual({ baseBranch: 'develop', ahead: 1, behind: 0 });
  // The branch went on since, and is here as the remote's only.
  const other = join(home.newFolder(), 'other');
  git(project, 'clone', '-q', '-b', 'develop', remote, other);
  git(other, 'config', 'user.name', 'Ada');
  git(other, 'config', 'user.email', 'ada@example.invalid');
  commit(other, 'more', { 'more.txt': 'm\n' });
  git(other, 'push', '-q', 'origin', 'develop');
  git(project, 'fetch', '-q', 'origin');
  git(project, 'branch', '-qD', 'develop');
  const session = await sessionFrom('#7');
  expect(await review().facts(session.id)).toMatchObject({
    baseBranch: 'origin/develop',
    ahead: 1,
    behind: 1,
  });
  const done = await review().run(session.id, { id: newId('action'), request: { kind: 'rebase' } });
  expect(done.summary).toContain('onto origin/develop');
  expect(git(session.worktree?.path ?? '', 'log', '--format=%s', '-3')).toBe('theirs\nmore\non develop');
  expect(git(project, 'for-each-ref', '--format=%(refname)', 'refs/pilotlight/pulls')).toBe(
    'refs/pilotlight/pulls/origin/7',
  );
});

it('is the default branch of the remote, else the one the project is on', async () => {
  withRemote();
  const first = git(project, 'rev-parse', 'main');
  git(project, 'tag', 'v1', 'main');
  commit(project, 'second', { 'second.txt': 's\n' });
  expect(await baseOf('#8')).toMatchObject({ baseBranch: 'main' });
  expect(await baseOf('v1')).toEqual({ baseBranch: 'main', ahead: 0, behind: 1 });
  expect(await baseOf(first.slice(0, 12))).toEqual({ baseBranch: 'main', ahead: 0, behind: 1 });
  git(project, 'remote', 'set-head', 'origin', 'develop');
  expect(await baseOf('v1')).toMatchObject({ baseBranch: 'develop' });
});

it('is none when the branch it started from is gone', async () => {
  git(project, 'branch', 'fleeting');
  const session = await sessionFrom('fleeting');
  git(project, 'branch', '-D', 'fleeting');
  expect(await review().facts(session.id)).toMatchObject({ baseBranch: null });
});
