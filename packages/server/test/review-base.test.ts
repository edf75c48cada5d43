/** The session's branch and its base: rebase and merge, what stops at conflicts, and the way back. */
import { newId } from '@pilotlight/protocol';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe('rebase', () => {
  it('puts the commits on the base and goes back', async () => {
    const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
    commit(project, 'theirs', { 'theirs.txt': 't\n' });
    const planned = await plan({ kind: 'rebase' });
    expect(planned).toMatchObject({
      commitCount: 1,
      commits: [{ id: head, subject: 'mine' }],
      target: session.worktree?.branch,
      // What is its own, and not what it lacks of the base.
      files: ['mine.txt'],
      conflicts: [],
    });
    expect(await plan({ kind: 'merge_base' })).toMatchObject({ files: ['theirs.txt'], conflicts: [] });
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
    expect(await plan({ kind: 'rebase' })).toMatchObject({ conflicts: ['README.md'] });
    expect(await plan({ kind: 'merge_base' })).toMatchObject({ conflicts: ['README.md'] });
    const stopped = await run({ kind: 'rebase' });
    const conflict = { path: 'README.md', base: true, ours: true, theirs: true };
    expect(stopped).toMatchObject({ state: 'conflicted', conflicts: [conflict], undo: { possible: false } });
    expect(await review().conflicts(session.id)).toMatchObject({ operation: 'rebase', files: [conflict] });
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
    expect(await review().conflicts(session.id)).toEqual({
      operation: null,
      sides: null,
      files: [],
      resolved: [],
    });
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
    await expect(run({ kind: 'merge' })).rejects.toMatchObject({ code: 'conflict' });
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
