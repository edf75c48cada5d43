/** What a rebase or merge left in conflict: its lines, marking it as resolved, and going on. On real git. */
import type { DiffScope, FileDiff } from '@pilotlight/protocol';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  commit,
  git,
  path,
  plan,
  project,
  review,
  run,
  session,
  status,
  useReviewDesk,
  write,
} from './review-desk.ts';

useReviewDesk();

const UNSTAGED: DiffScope = { scope: 'unstaged' };
const linesOf = ({ hunks }: FileDiff) =>
  hunks.flatMap(({ lines }) =>
    lines.map(({ kind, text }) => ({ context: ' ', added: '+', removed: '-' })[kind] + text),
  );
const fileOf = async (name: string, scope: DiffScope = UNSTAGED) =>
  linesOf(await review().fileDiff(session.id, scope, name));
const resolve = (name: string, more: object = {}) =>
  review().markResolved(session.id, { files: [{ path: name }], ...more });

/** Both sides changed both.txt and added new.txt; each removed a file that the other changed. */
async function stopRebase(): Promise<void> {
  commit(project, 'begin', { 'both.txt': '1\n2\n3\n', 'here.txt': 'a\n', 'there.txt': 'b\n' });
  git(path, 'reset', '-q', '--hard', 'main');
  rmSync(join(path, 'here.txt'));
  commit(path, 'mine', { 'both.txt': '1\nmine\n3\n', 'there.txt': 'b mine\n', 'new.txt': 'mine\n' });
  rmSync(join(project, 'there.txt'));
  commit(project, 'theirs', {
    'both.txt': '1\ntheirs\n3\n',
    'here.txt': 'a theirs\n',
    'new.txt': 'theirs\n',
  });
  expect((await run({ kind: 'rebase' })).state).toBe('conflicted');
}

it('shows the lines of every file in conflict, and what each side is called', async () => {
  await stopRebase();
  const mine = git(path, 'rev-parse', '--short', 'REBASE_HEAD');
  const found = await review().conflicts(session.id);
  expect(found).toMatchObject({
    operation: 'rebase',
    sides: { ours: 'main', theirs: `${mine} “mine”` },
    files: [
      { path: 'both.txt', ours: true, theirs: true, markers: [2] },
      { path: 'here.txt', ours: true, theirs: false, markers: [] },
      { path: 'new.txt', base: false, markers: [1] },
      { path: 'there.txt', ours: false, theirs: true, markers: [] },
    ],
    resolved: [],
  });
  const { files } = await review().diff(session.id, UNSTAGED);
  expect(files.map((file) => [file.path, file.status])).toEqual(
    ['both.txt', 'here.txt', 'new.txt', 'there.txt'].map((name) => [name, 'conflicted']),
  );
  expect((await review().diff(session.id, { scope: 'staged' })).files).toEqual([]);
  expect(await fileOf('both.txt')).toEqual([
    ' 1',
    '+<<<<<<< HEAD',
    ' theirs',
    '+=======',
    '+mine',
    `+>>>>>>> ${mine} (mine)`,
    ' 3',
  ]);
  // What the side that still has it did to it.
  expect(await fileOf('here.txt')).toEqual(['-a', '+a theirs']);
  expect(await fileOf('there.txt')).toEqual(['-b', '+b mine']);
  expect(await fileOf('new.txt')).toContain('+<<<<<<< HEAD');
  expect(await fileOf('both.txt', { scope: 'session' })).toContain('+=======');
  const { hunks } = await review().fileDiff(session.id, UNSTAGED, 'both.txt');
  expect(hunks.map(({ id }) => id)).toEqual([null]);
  await expect(review().stage(session.id, { files: [{ path: 'both.txt' }] })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('mark it as resolved') as string,
  });
});

it('shows all of a conflict whose sides are long', async () => {
  const many = (word: string) => Array.from({ length: 30 }, (_, at) => `${word} ${at}\n`).join('');
  commit(path, 'mine', { 'README.md': many('mine') });
  commit(project, 'theirs', { 'README.md': many('theirs') });
  await run({ kind: 'rebase' });
  const { hunks } = await review().fileDiff(session.id, UNSTAGED, 'README.md');
  expect(hunks).toHaveLength(1);
  expect(hunks[0]?.lines.map(({ text }) => text)).toEqual(
    readFileSync(join(path, 'README.md'), 'utf8').trimEnd().split('\n'),
  );
});

it('marks files as resolved as they are on the disk, takes that back, and goes on', async () => {
  await stopRebase();
  await expect(resolve('both.txt')).rejects.toMatchObject({
    code: 'merge_conflicts',
    message: expect.stringContaining('"both.txt" (line 2)') as string,
    details: { files: [{ path: 'both.txt', lines: [2] }] },
  });
  const [both] = (await review().conflicts(session.id)).files;
  write('both.txt', '1\nboth of us\n3\n');
  const seen = { files: [{ path: 'both.txt', object: both?.object ?? null }] };
  await expect(review().markResolved(session.id, seen)).rejects.toMatchObject({ code: 'changed_since' });
  expect(git(path, 'diff', '--name-only', '--diff-filter=U').split('\n')).toHaveLength(4);

  const left = await resolve('both.txt');
  expect(left).toMatchObject({ resolved: ['both.txt'] });
  expect(left.files.map((file) => file.path)).toEqual(['here.txt', 'new.txt', 'there.txt']);
  expect(git(path, 'show', ':both.txt')).toBe('1\nboth of us\n3');
  await expect(resolve('both.txt')).rejects.toMatchObject({ code: 'conflict' });

  const back = await review().markUnresolved(session.id, { files: [{ path: 'both.txt' }] });
  expect(back).toMatchObject({ resolved: [] });
  expect(back.files).toHaveLength(4);
  expect(readFileSync(join(path, 'both.txt'), 'utf8')).toBe('1\nboth of us\n3\n');
  await expect(review().markUnresolved(session.id, { files: [{ path: 'both.txt' }] })).rejects.toMatchObject({
    code: 'conflict',
  });

  await resolve('both.txt');
  await resolve('new.txt', { withMarkers: true });
  rmSync(join(path, 'here.txt'));
  await resolve('here.txt');
  expect((await resolve('there.txt')).files).toEqual([]);
  expect(status().split('\n').toSorted()).toEqual([
    'A  there.txt',
    'D  here.txt',
    'M  both.txt',
    'M  new.txt',
  ]);
  const planned = await plan({ kind: 'continue' });
  expect(planned.notes[0]).toBe('new.txt is staged with conflict markers in it.');
  expect((await run({ kind: 'continue' }, planned.token)).state).toBe('done');
  expect(git(path, 'log', '--format=%s', '-2')).toBe('mine\ntheirs');
  expect(git(path, 'ls-files').split('\n')).toEqual(['README.md', 'both.txt', 'new.txt', 'there.txt']);
  expect(await review().conflicts(session.id)).toEqual({
    operation: null,
    sides: null,
    files: [],
    resolved: [],
  });
});

it('marks nothing when one of the files cannot be, nor outside of the worktree', async () => {
  await stopRebase();
  write('both.txt', 'done\n');
  const files = [{ path: 'both.txt' }, { path: 'README.md' }];
  await expect(review().markResolved(session.id, { files })).rejects.toMatchObject({ code: 'conflict' });
  expect((await review().conflicts(session.id)).files).toHaveLength(4);
  await expect(resolve('../x')).rejects.toMatchObject({ code: 'path_outside' });
});

it('resolves what a merge left, of which the session is one side', async () => {
  commit(path, 'mine', { 'README.md': 'mine\n' });
  commit(project, 'theirs', { 'README.md': 'theirs\n' });
  await run({ kind: 'merge_base' });
  expect((await review().conflicts(session.id)).sides).toEqual({
    ours: session.worktree?.branch,
    theirs: 'main',
  });
  write('README.md', 'both\n');
  await resolve('README.md');
  expect((await run({ kind: 'continue' })).state).toBe('done');
  expect(git(path, 'show', '--format=%s', '--no-patch', 'HEAD^2')).toBe('theirs');
  expect(git(path, 'show', 'HEAD:README.md')).toBe('both');
});
