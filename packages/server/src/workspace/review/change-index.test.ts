/** Staging, unstaging and discarding on real git, whole files and hunks. */
import type { Selection } from '@pilotlight/protocol';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { discard, findSelected, stage, unstage } from './change-index.ts';
import type { Compared } from './comparison-of.ts';
import { readFileDiff } from './read-file-diff.ts';

let repository: TempRepository;
let path: string;
beforeEach(() => {
  repository = new TempRepository();
  path = repository.path;
});
afterEach(() => repository[Symbol.dispose]());

const UNSTAGED: Compared = { kind: 'unstaged' };
const STAGED: Compared = { kind: 'index', from: 'HEAD' };
const numbers = (count: number) => Array.from({ length: count }, (_, line) => `line ${line + 1}`);
const textOf = (lines: readonly string[], end = '\n') => lines.map((line) => line + end).join('');
const read = (name: string) => readFileSync(join(path, name), 'utf8');
const status = () =>
  repository
    .git('status', '--porcelain=v1', '-z', '-uall')
    .split('\0')
    .filter((line) => line !== '');

async function hunksOf(name: string, compared: Compared, context = 3): Promise<string[]> {
  const { hunks } = await readFileDiff(path, compared, name, { context, ignoreWhitespace: false });
  return hunks.map(({ id }) => id ?? '');
}
const pick = (...files: Selection['files']): Selection['files'] => files;

it.each([
  ['with line feeds', '\n', 3],
  ['with carriage returns', '\r\n', 3],
  ['without context', '\n', 0],
])('stages, unstages and discards single hunks, %s', async (_, end, context) => {
  const before = numbers(60);
  repository.commit('lines', { 'a b.txt': textOf(before, end) });
  const after = before.with(3, 'one').toSpliced(20, 3).with(50, 'two').toSpliced(30, 0, 'in', 'between');
  repository.write({ 'a b.txt': textOf(after, end) });
  const ids = await hunksOf('a b.txt', UNSTAGED, context);
  expect(ids.length).toBeGreaterThanOrEqual(4);
  const chosen = [ids[1] ?? '', ids[3] ?? ''];
  await stage(path, await findSelected(path, UNSTAGED, pick({ path: 'a b.txt', hunks: chosen, context })));
  expect(await hunksOf('a b.txt', STAGED, context)).toHaveLength(2);
  const staged = repository.git('show', ':a b.txt');
  expect(staged).not.toContain('one');
  expect(staged).not.toContain('line 21');
  expect(read('a b.txt')).toBe(textOf(after, end));

  const [first = ''] = await hunksOf('a b.txt', STAGED, context);
  await unstage(path, await findSelected(path, STAGED, pick({ path: 'a b.txt', hunks: [first], context })));
  expect(await hunksOf('a b.txt', STAGED, context)).toHaveLength(1);
  expect(repository.git('show', ':a b.txt')).toContain('line 21');

  const [top = ''] = await hunksOf('a b.txt', UNSTAGED, context);
  await discard(path, await findSelected(path, UNSTAGED, pick({ path: 'a b.txt', hunks: [top], context })));
  expect(read('a b.txt')).toBe(textOf(after.with(3, 'line 4'), end));
});

it('takes the right one of hunks that look alike', async () => {
  const block = ['{', 'x', '}', ''];
  const before = Array.from({ length: 12 }, () => block).flat();
  repository.commit('alike', { 'same.txt': textOf(before) });
  const after = [...before];
  for (const at of [41, 25, 9]) after.splice(at, 0, 'new');
  repository.write({ 'same.txt': textOf(after) });
  const [, second = ''] = await hunksOf('same.txt', UNSTAGED);
  await stage(path, await findSelected(path, UNSTAGED, pick({ path: 'same.txt', hunks: [second] })));
  expect(`${repository.git('show', ':same.txt')}\n`.replace(/\n+$/, '')).toBe(
    textOf(before.toSpliced(25, 0, 'new')).replace(/\n+$/, ''),
  );
});

it('takes whole files: new, gone, binary, renamed, executable, without a last line feed, with odd names', async () => {
  repository.commit('more', { gone: 'x\n', open: 'x', 'old name': textOf(numbers(20)) });
  const odd = [':(top)x', '-n', 'new\nline', '"q"', 'é*'];
  rmSync(join(path, 'gone'));
  repository.write({
    open: 'y',
    bin: Buffer.from([0, 1]),
    ...Object.fromEntries(odd.map((name) => [name, name])),
  });
  const names = ['gone', 'open', 'bin', ...odd];
  await stage(
    path,
    await findSelected(
      path,
      UNSTAGED,
      names.map((name) => ({ path: name })),
    ),
  );
  expect(repository.git('diff', '--name-only')).toBe('');
  expect(repository.git('show', ':bin')).toContain('\u0001');
  repository.git('mv', 'old name', 'new name');
  await unstage(
    path,
    await findSelected(path, STAGED, pick({ path: 'new name' }, ...names.map((name) => ({ path: name })))),
  );
  expect(repository.git('diff', '--cached', '--name-only')).toBe('');
  expect(existsSync(join(path, 'new name'))).toBe(true);

  const left = ['gone', 'open', 'bin', 'new name', 'old name', ...odd];
  await discard(
    path,
    await findSelected(
      path,
      UNSTAGED,
      left.map((name) => ({ path: name })),
    ),
  );
  expect(status()).toEqual([]);
  expect([read('gone'), read('open')]).toEqual(['x\n', 'x']);
});

it('leaves all as it is when anything changed since it was seen', async () => {
  repository.commit('lines', { 'l.txt': textOf(numbers(30)) });
  repository.write({ 'l.txt': textOf(numbers(30).with(2, 'a')), 'n.txt': 'n\n' });
  const seen = await readFileDiff(path, UNSTAGED, 'l.txt', { context: 3, ignoreWhitespace: false });
  const hunks = seen.hunks.map(({ id }) => id ?? '');
  repository.write({ 'l.txt': textOf(numbers(30).with(2, 'b')) });
  const stale = [{ path: 'l.txt', hunks }, { path: 'l.txt', object: seen.file.object }, { path: 'a.txt' }];
  for (const one of stale) {
    await expect(findSelected(path, UNSTAGED, pick({ path: 'n.txt' }, one))).rejects.toMatchObject({
      code: 'changed_since',
      message: expect.stringContaining('Nothing was done') as string,
    });
  }
  expect(status()).toEqual([' M l.txt', '?? n.txt']);
});

it('stages a new file by its hunk, before the first commit', async () => {
  using fresh = new TempRepository(false);
  fresh.write({ 'n.txt': 'n\n' });
  const { hunks } = await readFileDiff(fresh.path, UNSTAGED, 'n.txt', {
    context: 3,
    ignoreWhitespace: false,
  });
  await stage(
    fresh.path,
    await findSelected(fresh.path, UNSTAGED, pick({ path: 'n.txt', hunks: hunks.map(({ id }) => id ?? '') })),
  );
  expect(fresh.git('show', ':n.txt')).toBe('n');
});

it('refuses a repository inside and a file in conflict', async () => {
  repository.git('checkout', '-q', '-b', 'other');
  repository.commit('theirs', { 'a.txt': 'theirs\n' });
  repository.git('checkout', '-q', 'main');
  repository.commit('ours', { 'a.txt': 'ours\n' });
  expect(() => repository.git('merge', '-q', 'other')).toThrow('git merge');
  repository.git('init', '-q', 'inner');
  repository.write({ 'inner/x': 'x\n' });
  for (const name of ['a.txt', 'inner/'])
    await expect(findSelected(path, UNSTAGED, pick({ path: name }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  await expect(findSelected(path, UNSTAGED, pick({ path: '../x' }))).rejects.toMatchObject({
    code: 'path_outside',
  });
});
