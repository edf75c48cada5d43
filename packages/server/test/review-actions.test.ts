/** Commit, rebase, merge, push and pull request on a real server and real git, each with its plan and the way back. */
import { newId, type Chat, type ReviewAction, type ReviewRequest, type Session } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Home, say } from './composed-harness.ts';

let home: Home;
let tools: string;
let project: string;
let session: Session;
let chat: Chat;
let path: string;

beforeAll(async () => {
  home = await Home.start();
  tools = join(home.folder, 'tools');
  mkdirSync(tools);
  await home.restart({ PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` });
  // What the user of the machine has configured must not answer for the test.
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await home[Symbol.asyncDispose]();
});

beforeEach(async () => {
  project = home.newRepository();
  configure(project);
  const desk = await home.desk('demo', project);
  await home.turn(desk.chat, '/echo made');
  ({ chat } = desk);
  session = await home.client.getSession(desk.session.id);
  path = session.worktree?.path ?? '';
});

const review = () => home.client.review;
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, encoding: 'utf8' }).trimEnd();
const write = (name: string, text: string, at = path) => writeFileSync(join(at, name), text);
const status = (cwd = path) => git(cwd, 'status', '--porcelain');

function configure(cwd: string): void {
  git(cwd, 'config', 'user.name', 'Ada');
  git(cwd, 'config', 'user.email', 'ada@example.invalid');
}

function commit(cwd: string, message: string, files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) write(name, text, cwd);
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-qm', message);
  return git(cwd, 'rev-parse', 'HEAD');
}

const plan = (request: ReviewRequest) => review().plan(session.id, request);
const run = (request: ReviewRequest, token?: string): Promise<ReviewAction> =>
  review().run(session.id, { id: newId('action'), request, ...(token === undefined ? {} : { token }) });

describe('commit', () => {
  it('says what it will do, does it once, runs no hook, and is undone to the index that was', async () => {
    const mark = join(home.folder, 'hook-ran');
    mkdirSync(join(project, '.git/hooks'), { recursive: true });
    for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'reference-transaction']) {
      const file = join(project, '.git/hooks', hook);
      writeFileSync(file, `#!/bin/sh\ntouch '${mark}'\n`);
      chmodSync(file, 0o755);
    }
    write('staged.txt', 's\n');
    execFileSync('git', ['-c', 'core.hooksPath=/dev/null', 'add', 'staged.txt'], { cwd: path });
    write('loose.txt', 'l\n');
    const request: ReviewRequest = { kind: 'commit', message: '# Add two files\n\nbody', all: true };
    const planned = await plan(request);
    expect(planned).toMatchObject({
      files: ['loose.txt', 'staged.txt'],
      fileCount: 2,
      undo: { possible: true },
    });
    expect(planned.notes.join(' ')).toContain('Hooks of the repository do not run');
    expect(planned.steps.at(-1)).toContain('Commit 2 files on');
    expect(status()).toBe('A  staged.txt\n?? loose.txt');

    const id = newId('action');
    const first = await review().run(session.id, { id, request, token: planned.token });
    const again = await review().run(session.id, { id, request, token: planned.token });
    expect(again).toEqual(first);
    expect(first).toMatchObject({ state: 'done', undo: { possible: true } });
    expect(git(path, 'log', '--format=%an %s', '-2')).toBe('Ada # Add two files\nt first');
    expect(status()).toBe('');

    expect(await review().undo(id)).toMatchObject({ state: 'undone', undo: { possible: false } });
    expect(git(path, 'log', '--format=%s')).toBe('first');
    expect(status()).toBe('A  staged.txt\n?? loose.txt');
    expect(existsSync(mark)).toBe(false);
  });

  it('is refused when anything moved since its plan, and undone only while nothing did', async () => {
    write('a.txt', '1\n');
    const request: ReviewRequest = { kind: 'commit', message: 'one', all: true };
    const { token } = await plan(request);
    write('a.txt', '2\n');
    await expect(run(request, token)).rejects.toMatchObject({ code: 'changed_since' });
    expect(git(path, 'log', '--format=%s')).toBe('first');
    const done = await run(request);
    commit(path, 'two', { 'b.txt': 'b\n' });
    const [listed] = await review().listActions(session.id);
    expect(listed).toMatchObject({ id: done.id, undo: { possible: false } });
    expect(listed?.undo.why).toContain('has moved since');
    await expect(review().undo(done.id)).rejects.toMatchObject({ code: 'conflict' });
    expect(git(path, 'log', '--format=%s')).toBe('two\none\nfirst');
  });

  it('is not undone over what was staged since', async () => {
    write('a.txt', '1\n');
    const done = await run({ kind: 'commit', message: 'one', all: true });
    write('a.txt', 'staged and nowhere else\n');
    git(path, 'add', 'a.txt');
    write('a.txt', '3\n');
    await expect(review().undo(done.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('staged since') as string,
    });
    expect(git(path, 'show', ':a.txt')).toBe('staged and nowhere else');
    git(path, 'reset', '-q');
    await review().undo(done.id);
    expect(git(path, 'log', '--format=%s')).toBe('first');
  });

  it('needs an author, and something to commit', async () => {
    await expect(run({ kind: 'commit', message: 'none' })).rejects.toMatchObject({ code: 'conflict' });
    git(project, 'config', '--unset', 'user.email');
    write('a.txt', '1\n');
    await expect(plan({ kind: 'commit', message: 'x', all: true })).rejects.toMatchObject({
      code: 'git_author_unknown',
      message: expect.stringContaining('git config --global user.email') as string,
    });
    expect(status()).toBe('?? a.txt');
  });

  it('has its message worded by an agent, in no chat', async () => {
    write('a.txt', '1\n');
    const said = async () => (await home.client.listMessages(chat.id, { limit: 500 })).messages;
    const before = await said();
    await expect(review().draftMessage(session.id, {})).rejects.toMatchObject({ code: 'conflict' });
    const drafted = await review().draftMessage(session.id, { all: true });
    expect(drafted).toMatchObject({ agent: 'demo', truncated: false });
    expect(drafted.message).not.toBe('');
    expect(await said()).toEqual(before);
    expect(status()).toBe('?? a.txt');
    write('big.txt', 'x\n'.repeat(50_000));
    expect(await review().draftMessage(session.id, { all: true })).toMatchObject({ truncated: true });
  });
});

describe('rebase', () => {
  it('puts the commits on the base and goes back', async () => {
    const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
    commit(project, 'theirs', { 'theirs.txt': 't\n' });
    const planned = await plan({ kind: 'rebase' });
    expect(planned).toMatchObject({
      commitCount: 1,
      commits: [{ id: head, subject: 'mine' }],
      target: session.worktree?.branch,
    });
    write('loose.txt', 'l\n');
    const done = await run({ kind: 'rebase' }, planned.token);
    expect(done).toMatchObject({ state: 'done', conflicts: [] });
    expect(git(path, 'log', '--format=%s')).toBe('mine\ntheirs\nfirst');
    await expect(plan({ kind: 'rebase' })).rejects.toMatchObject({ code: 'conflict' });
    await review().undo(done.id);
    expect(git(path, 'rev-parse', 'HEAD')).toBe(head);
    expect(status()).toBe('?? loose.txt');
  });

  it('stops at conflicts, which are shown, handed to an agent, continued, and undone', async () => {
    const head = commit(path, 'mine', { 'README.md': 'mine\n', 'other.txt': 'o\n' });
    commit(project, 'theirs', { 'README.md': 'theirs\n' });
    const stopped = await run({ kind: 'rebase' });
    const conflict = { path: 'README.md', base: true, ours: true, theirs: true };
    expect(stopped).toMatchObject({ state: 'conflicted', conflicts: [conflict], undo: { possible: false } });
    expect(await review().conflicts(session.id)).toEqual({ operation: 'rebase', files: [conflict] });
    expect(await review().facts(session.id)).toMatchObject({
      branch: session.worktree?.branch,
      baseBranch: 'main',
      conflicts: { operation: 'rebase' },
    });
    await expect(run({ kind: 'commit', message: 'x', all: true })).rejects.toMatchObject({
      code: 'merge_conflicts',
    });
    await expect(run({ kind: 'continue' })).rejects.toMatchObject({ code: 'merge_conflicts' });

    const turnId = newId('turn');
    const body = { chatId: chat.id, turnId };
    const sent = await review().sendConflicts(session.id, body);
    expect(sent.turn.id).toBe(turnId);
    expect((await review().sendConflicts(session.id, body)).turn.id).toBe(turnId);
    await home.until(chat, (state) => state.messages.some((message) => message.turnId === turnId));
    const { messages } = await home.client.listMessages(chat.id, { limit: 500 });
    const prompts = messages.filter((message) => message.turnId === turnId && message.role === 'user');
    expect(prompts).toHaveLength(1);
    expect(JSON.stringify(prompts[0]?.parts)).toContain('- README.md');
    await home.client.cancelTurn(turnId).catch(() => undefined);
    await home.client.waitForTurn(chat.id, turnId);

    write('README.md', 'both\n');
    git(path, 'add', 'README.md');
    const done = await run({ kind: 'continue' });
    expect(done).toMatchObject({ state: 'done', undo: { possible: true } });
    expect(git(path, 'log', '--format=%s')).toBe('mine\ntheirs\nfirst');
    expect((await review().listActions(session.id)).map(({ kind, state }) => [kind, state])).toEqual([
      ['continue', 'done'],
      ['rebase', 'done'],
    ]);
    await review().undo(done.id);
    expect(git(path, 'rev-parse', 'HEAD')).toBe(head);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('mine\n');
  });

  it('is aborted to exactly what was before', async () => {
    const head = commit(path, 'mine', { 'README.md': 'mine\n' });
    commit(project, 'theirs', { 'README.md': 'theirs\n' });
    await run({ kind: 'merge_base' });
    expect(await review().conflicts(session.id)).toMatchObject({ operation: 'merge' });
    write('README.md', 'long thought over\n');
    git(path, 'add', 'README.md');
    expect(await run({ kind: 'abort' })).toMatchObject({ state: 'done' });
    expect(git(path, 'rev-parse', 'HEAD')).toBe(head);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('mine\n');
    const [kept] = await home.client.checkpoints.list(session.id);
    expect(kept?.kind).toBe('before_change');
    await home.client.checkpoints.restore(session.id, { checkpointId: kept?.id ?? '', paths: ['README.md'] });
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('long thought over\n');
    expect(await review().conflicts(session.id)).toEqual({ operation: null, files: [] });
    await expect(run({ kind: 'abort' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused while something is not committed', async () => {
    commit(path, 'mine', { 'mine.txt': 'm\n' });
    commit(project, 'theirs', { 'theirs.txt': 't\n' });
    write('README.md', 'changed\n');
    await expect(run({ kind: 'rebase' })).rejects.toMatchObject({ code: 'worktree_dirty' });
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('changed\n');
  });
});

describe('merge into the base', () => {
  it('moves a base that is checked out and clean, with its files, and back', async () => {
    const before = git(project, 'rev-parse', 'main');
    const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
    const planned = await plan({ kind: 'merge' });
    expect(planned.steps.join(' ')).toContain(`checked out in ${project}`);
    const done = await run({ kind: 'merge' }, planned.token);
    expect(git(project, 'rev-parse', 'main')).toBe(head);
    expect(readFileSync(join(project, 'mine.txt'), 'utf8')).toBe('m\n');
    expect(status(project)).toBe('');
    write('loose.txt', 'l\n', project);
    await review().undo(done.id);
    expect(git(project, 'rev-parse', 'main')).toBe(before);
    expect(status(project)).toBe('?? loose.txt');
  });

  it('leaves a checkout alone in which anything is uncommitted', async () => {
    commit(path, 'mine', { 'README.md': 'mine\n' });
    write('README.md', 'precious\n', project);
    const before = git(project, 'rev-parse', 'main');
    await expect(run({ kind: 'merge' })).rejects.toMatchObject({
      code: 'worktree_dirty',
      message: expect.stringContaining(project) as string,
    });
    git(project, 'checkout', '-q', 'README.md');
    write('new.txt', 'precious\n', project);
    commit(path, 'more', { 'new.txt': 'mine\n' });
    await expect(run({ kind: 'merge' })).rejects.toMatchObject({ code: 'git_failed' });
    expect(readFileSync(join(project, 'new.txt'), 'utf8')).toBe('precious\n');
    expect(git(project, 'rev-parse', 'main')).toBe(before);
  });

  it('makes a merge commit of a base that is checked out nowhere, without touching a file', async () => {
    commit(path, 'mine', { 'mine.txt': 'm\n' });
    const theirs = commit(project, 'theirs', { 'theirs.txt': 't\n' });
    git(project, 'checkout', '-q', '-b', 'elsewhere');
    const done = await run({ kind: 'merge', into: 'main', message: 'Take it' });
    expect(git(project, 'log', '--format=%s', 'main', '-1')).toBe('Take it');
    expect(git(project, 'show', '--format=', '--name-only', 'main^2')).toBe('mine.txt');
    expect(existsSync(join(project, 'mine.txt'))).toBe(false);
    git(project, 'checkout', '-q', 'main');
    expect((await review().listActions(session.id))[0]?.undo).toMatchObject({ possible: false });
    git(project, 'checkout', '-q', 'elsewhere');
    await review().undo(done.id);
    expect(git(project, 'rev-parse', 'main')).toBe(theirs);
  });

  it('names the files in conflict and changes nothing', async () => {
    commit(path, 'mine', { 'README.md': 'mine\n' });
    const theirs = commit(project, 'theirs', { 'README.md': 'theirs\n' });
    await expect(run({ kind: 'merge' })).rejects.toMatchObject({
      code: 'merge_conflicts',
      details: { files: ['README.md'], branch: 'main' },
    });
    expect(git(project, 'rev-parse', 'main')).toBe(theirs);
    expect(status()).toBe('');
  });
});

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

describe('discard', () => {
  it('keeps the present state first, and brings all of it back by one undo', async () => {
    write('README.md', 'changed\n');
    write('new file.txt', 'new\n');
    rmSync(join(path, 'README.md'));
    write('README.md', 'hello\nmore\n');
    const { hunks } = await review().fileDiff(session.id, { scope: 'unstaged' }, 'README.md');
    const request: ReviewRequest = {
      kind: 'discard',
      files: [{ path: 'README.md', hunks: hunks.map(({ id }) => id ?? '') }, { path: 'new file.txt' }],
    };
    const planned = await plan(request);
    expect(planned.steps).toEqual([
      'Keep the present state of the worktree.',
      'Take back 1 change in 1 file.',
      'Remove 1 file that git does not track.',
    ]);
    const done = await run(request, planned.token);
    expect(status()).toBe('');
    expect(done.undo.possible).toBe(true);
    await review().undo(done.id);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toBe('hello\nmore\n');
    expect(readFileSync(join(path, 'new file.txt'), 'utf8')).toBe('new\n');
    expect(status()).toBe(' M README.md\n?? "new file.txt"');
    await expect(run(request, planned.token)).resolves.toMatchObject({ state: 'done' });
    await expect(run(request)).rejects.toMatchObject({ code: 'changed_since' });
  });

  it('is refused for what cannot be kept, since it could not come back', async () => {
    write('small.txt', 'small\n');
    write('large.bin', '');
    truncateSync(join(path, 'large.bin'), 64 * 1024 * 1024 + 1);
    const request: ReviewRequest = { kind: 'discard', files: [{ path: 'small.txt' }, { path: 'large.bin' }] };
    await expect(run(request)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/large\.bin .* is too large to be kept/) as string,
    });
    expect(status()).toBe('?? large.bin\n?? small.txt');
    await run({ kind: 'discard', files: [{ path: 'small.txt' }] });
    expect(status()).toBe('?? large.bin');
  });

  it('brings back the very bytes where line ends are converted and a filter would change them', async () => {
    writeFileSync(join(tools, 'upper'), '#!/bin/sh\ntr a-z A-Z\n');
    chmodSync(join(tools, 'upper'), 0o755);
    git(project, 'config', 'core.autocrlf', 'true');
    git(project, 'config', 'filter.loud.clean', join(tools, 'upper'));
    git(project, 'config', 'filter.loud.smudge', 'tr A-Z a-z');
    write('.gitattributes', '*.loud filter=loud\n*.crlf text eol=crlf\n');
    const files: Record<string, string> = {
      'README.md': 'hello\r\nmixed\nends\r\n',
      'a.loud': 'As It Is\n',
      'b.crlf': 'one\ntwo\r\n',
    };
    for (const [name, text] of Object.entries(files)) write(name, text);
    const done = await run({
      kind: 'discard',
      files: [...Object.keys(files), '.gitattributes'].map((name) => ({ path: name })),
    });
    expect(existsSync(join(path, 'a.loud'))).toBe(false);
    expect(readFileSync(join(path, 'README.md'), 'utf8')).not.toContain('mixed');
    await review().undo(done.id);
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(path, name), 'utf8')).toBe(text);
    }
  });
});

it('does nothing while a turn runs in the worktree, and a turn waits for what is being done', async () => {
  const { id } = await home.client.submitPrompt(chat.id, say('/wait'));
  await home.until(chat, (state) => state.turns[id]?.state === 'running');
  write('a.txt', '1\n');
  await expect(run({ kind: 'commit', message: 'x', all: true })).rejects.toMatchObject({
    code: 'conflict',
    details: { turnId: id },
  });
  expect(await review().facts(session.id)).toMatchObject({ runningTurnId: id });
  await home.client.cancelTurn(id);
  await home.client.waitForTurn(chat.id, id);

  // git waits for the one who has the branch locked.
  git(project, 'config', 'core.filesRefLockTimeout', '-1');
  const branch = session.worktree?.branch ?? '';
  const lock = join(project, '.git', 'refs', 'heads', `${branch}.lock`);
  writeFileSync(lock, '');
  const committed = run({ kind: 'commit', message: 'x', all: true });
  await expect
    .poll(async () => (await review().listActions(session.id)).map(({ state }) => state))
    .toEqual(['running']);
  const { id: waiting } = await home.client.submitPrompt(chat.id, say('/echo after'));
  await home.until(chat, (state) => state.turns[waiting]?.state === 'starting');
  expect((await home.client.getTurn(waiting)).state).toBe('starting');
  rmSync(lock);
  expect((await committed).state).toBe('done');
  expect((await home.client.waitForTurn(chat.id, waiting)).state).toBe('completed');
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
  const again = vi.waitUntil(() => existsSync(began)).then(() => review().run(session.id, { id, request }));
  await vi.waitUntil(() => existsSync(began));
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
