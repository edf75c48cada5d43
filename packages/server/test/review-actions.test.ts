/** Commits, and what all review actions keep to, on a real server and real git. */
import { newId, type ReviewRequest } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say } from './composed-harness.ts';
import {
  home,
  project,
  session,
  chat,
  path,
  review,
  git,
  write,
  status,
  commit,
  plan,
  run,
  useReviewDesk,
} from './review-desk.ts';

useReviewDesk();

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
