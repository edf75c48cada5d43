/** Push and pull request, on a remote in a folder and with a program that plays a forge. */
import { newId, type ReviewRequest } from '@pilotlight/protocol';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { say } from './composed-harness.ts';
import {
  home,
  tools,
  project,
  session,
  chat,
  path,
  review,
  git,
  write,
  configure,
  commit,
  plan,
  run,
  useReviewDesk,
} from './review-desk.ts';

useReviewDesk();

describe('push', () => {
  let remote: string;
  beforeEach(() => {
    remote = join(home.newFolder(), 'remote.git');
    git(project, 'init', '-q', '--bare', remote);
    git(project, 'remote', 'add', 'origin', remote);
    git(project, 'push', '-q', 'origin', 'main');
  });

  it('gives the remote the branch of the session under its own name, and nothing else', async () => {
    const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
    git(path, 'update-ref', 'refs/pilotlight/kept/x', head);
    git(path, 'config', 'push.default', 'upstream');
    git(path, 'config', 'remote.origin.push', 'refs/*:refs/*');
    const branch = session.worktree?.branch ?? '';
    const planned = await plan({ kind: 'push' });
    expect(planned).toMatchObject({
      target: `origin/${branch}`,
      commitCount: 1,
      commits: [{ id: head }],
      undo: { possible: false },
    });
    expect(git(remote, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    const done = await run({ kind: 'push' }, planned.token);
    expect(done).toMatchObject({
      state: 'done',
      undo: { possible: false, why: 'Others may have it already.' },
    });
    expect(git(remote, 'for-each-ref', '--format=%(refname)').split('\n').toSorted()).toEqual(
      ['refs/heads/main', `refs/heads/${branch}`].toSorted(),
    );
    expect(git(path, 'config', `branch.${branch}.merge`)).toBe(`refs/heads/${branch}`);
    await expect(run({ kind: 'push' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(review().undo(done.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('replaces what is there only when asked, and only what was seen', async () => {
    commit(path, 'mine', { 'mine.txt': 'm\n' });
    await run({ kind: 'push' });
    const branch = session.worktree?.branch ?? '';
    git(path, 'commit', '-q', '--amend', '-m', 'mine, worded anew');
    await expect(run({ kind: 'push' })).rejects.toMatchObject({ code: 'remote_failed' });
    const other = join(home.newFolder(), 'other');
    git(project, 'clone', '-q', '-b', branch, remote, other);
    configure(other);
    const theirs = commit(other, 'theirs', { 'theirs.txt': 't\n' });
    git(other, 'push', '-q', 'origin', branch);
    await expect(run({ kind: 'push', force: true })).rejects.toMatchObject({ code: 'remote_failed' });
    expect(git(remote, 'rev-parse', branch)).toBe(theirs);
    git(path, 'fetch', '-q', 'origin');
    await run({ kind: 'push', force: true });
    expect(git(remote, 'rev-parse', branch)).toBe(git(path, 'rev-parse', 'HEAD'));
  });

  it('takes a relative address from the folder of the project', async () => {
    git(project, 'remote', 'set-url', 'origin', relative(project, remote));
    const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
    expect((await run({ kind: 'push' })).state).toBe('done');
    expect(git(remote, 'rev-parse', session.worktree?.branch ?? '')).toBe(head);
    expect(git(path, 'rev-parse', `origin/${session.worktree?.branch}`)).toBe(head);
  });

  it('never pushes the base, and says when there is no remote', async () => {
    const place = await home.desk('demo', project, true);
    const there = git(remote, 'rev-parse', 'main');
    git(project, 'remote', 'set-head', 'origin', 'main');
    // There is something to push, so that nothing else can be why it is not.
    commit(project, 'on the base', { 'base.txt': 'b\n' });
    await expect(review().plan(place.session.id, { kind: 'push' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('main is the branch others start from') as string,
    });
    expect(git(remote, 'rev-parse', 'main')).toBe(there);
    git(project, 'remote', 'remove', 'origin');
    await expect(plan({ kind: 'push' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('git remote add') as string,
    });
  });

  it('opens a pull request with gh, which gets body and branches and nothing of the repository', async () => {
    commit(path, 'mine', { 'mine.txt': 'm\n' });
    const request: ReviewRequest = {
      kind: 'pull_request',
      title: 'Add "mine"; $(touch x)',
      body: 'Line one\n--flag\n`code`',
      draft: true,
    };
    await expect(plan(request)).rejects.toMatchObject({ code: 'conflict' });
    git(project, 'remote', 'set-url', '--push', 'origin', remote);
    git(project, 'remote', 'add', 'hosted', 'https://github.example/team/app.git');
    git(project, 'config', `url.${remote}.insteadOf`, 'https://github.example/team/app.git');
    const seen = join(home.folder, 'gh-seen.json');
    const program = join(tools, 'gh');
    writeFileSync(
      program,
      `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), input: readFileSync(0, 'utf8'), env: Object.keys(process.env) }));
console.log('Creating pull request\\nhttps://github.example/team/app/pull/7');
`,
    );
    chmodSync(program, 0o755);
    expect(await review().facts(session.id)).toMatchObject({ forge: 'gh', remotes: ['hosted', 'origin'] });
    git(project, 'config', '--unset', `url.${remote}.insteadOf`);
    git(project, 'config', 'remote.hosted.pushurl', 'https://github.example/team/app.git');
    const branch = session.worktree?.branch ?? '';
    git(path, 'update-ref', `refs/remotes/hosted/${branch}`, 'HEAD');
    const planned = await plan({ ...request, remote: 'hosted' });
    expect(planned.steps).toEqual([
      `Open a draft pull request from ${branch} into main at github.example/team/app, with gh.`,
    ]);
    expect(existsSync(seen)).toBe(false);
    const done = await run({ ...request, remote: 'hosted' }, planned.token);
    expect(done).toMatchObject({ state: 'done', url: 'https://github.example/team/app/pull/7' });
    const got = JSON.parse(readFileSync(seen, 'utf8')) as {
      args: string[];
      cwd: string;
      input: string;
      env: string[];
    };
    expect(got.args).toEqual([
      'pr',
      'create',
      '--repo=github.example/team/app',
      `--head=${branch}`,
      '--base=main',
      `--title=${request.title}`,
      '--body-file=-',
      '--draft',
    ]);
    expect(got.input).toBe(request.body);
    expect(got.cwd.startsWith(project) || got.cwd.startsWith(path)).toBe(false);
    expect(got.env).not.toContain('GIT_CONFIG_GLOBAL');
    writeFileSync(program, '#!/bin/sh\necho "no permission" >&2\nexit 3\n');
    await expect(run({ ...request, remote: 'hosted' })).rejects.toMatchObject({
      code: 'pull_request_failed',
      message: expect.stringContaining('no permission') as string,
    });
    rmSync(program);
  });
});

it('waits for a remote without holding up turns and commits', async () => {
  const [began, goOn, program] = ['began', 'go-on', 'tools/gh'].map((name) => join(home.folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(program, `#!/bin/sh\ntouch '${began}'\nwhile [ ! -e '${goOn}' ]; do sleep 0.02; done\n`);
  chmodSync(program, 0o755);
  const branch = session.worktree?.branch ?? '';
  git(project, 'remote', 'add', 'origin', 'https://github.example/team/app.git');
  git(path, 'update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
  const request = { kind: 'pull_request', title: 'x', body: '', draft: false } as const;
  const id = newId('action');
  const opened = review().run(session.id, { id, request });
  await expect.poll(() => existsSync(began)).toBe(true);
  const again = review().run(session.id, { id, request });
  const { id: asked } = await home.client.submitPrompt(chat.id, say('/echo meanwhile'));
  expect((await home.client.waitForTurn(chat.id, asked)).state).toBe('completed');
  write('a.txt', '1\n');
  expect((await run({ kind: 'commit', message: 'Meanwhile', all: true })).state).toBe('done');
  expect((await review().listActions(session.id)).map(({ kind, state }) => [kind, state])).toEqual([
    ['commit', 'done'],
    ['pull_request', 'running'],
  ]);
  writeFileSync(goOn, '');
  expect((await opened).state).toBe('done');
  expect((await again).state).toBe('done');
  rmSync(program);
});
