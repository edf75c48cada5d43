/** What git ignores, or what no checkpoint holds, lies where a review action would write: it stays, and the action is refused. */
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { commit, git, path, project, review, run, status, useReviewDesk, write } from './review-desk.ts';

useReviewDesk();

const SECRET = 'KEY=nowhere else\n';
const read = (name: string, at = path): string => readFileSync(join(at, name), 'utf8');
const inTheWay = (name: string) => ({
  code: 'conflict',
  message: expect.stringContaining(`${name} is in the way`) as string,
});

/** The base has a file that is ignored everywhere. */
function addIgnoredToBase(): void {
  write('secret.env', 'KEY=of the base\n', project);
  git(project, 'add', '-f', 'secret.env');
  git(project, 'commit', '-qm', 'a secret that is none');
}

beforeEach(() => {
  writeFileSync(join(project, '.git/info/exclude'), '*.env\n*.log\n');
});

it.each(['rebase', 'merge_base'] as const)('%s overwrites no ignored file', async (kind) => {
  const head = commit(path, 'mine', { 'mine.txt': 'm\n' });
  write('secret.env', SECRET);
  addIgnoredToBase();
  await expect(run({ kind })).rejects.toMatchObject(inTheWay('secret.env'));
  expect(read('secret.env')).toBe(SECRET);
  expect(git(path, 'rev-parse', 'HEAD')).toBe(head);
  rmSync(join(path, 'secret.env'));
  expect(await run({ kind })).toMatchObject({ state: 'done' });
});

it('a merge overwrites no ignored file in the folder that has the base', async () => {
  write('secret.env', 'KEY=of the session\n');
  git(path, 'add', '-f', 'secret.env');
  git(path, 'commit', '-qm', 'a secret that is none');
  const before = git(project, 'rev-parse', 'HEAD');
  write('secret.env', SECRET, project);
  await expect(run({ kind: 'merge' })).rejects.toMatchObject(inTheWay('secret.env'));
  expect(read('secret.env', project)).toBe(SECRET);
  expect(git(project, 'rev-parse', 'HEAD')).toBe(before);
});

it('taking a rebase back overwrites no ignored file', async () => {
  write('made.log', 'tracked\n', project);
  git(project, 'add', '-f', 'made.log');
  git(project, 'commit', '-qm', 'a log');
  await run({ kind: 'merge_base' });
  git(project, 'rm', '-q', 'made.log');
  git(project, 'commit', '-qm', 'no log');
  const done = await run({ kind: 'merge_base' });
  write('made.log', 'made again, and ignored\n');
  await expect(review().undo(done.id)).rejects.toMatchObject(inTheWay('made.log'));
  expect(read('made.log')).toBe('made again, and ignored\n');
  rmSync(join(path, 'made.log'));
  await review().undo(done.id);
  expect(read('made.log')).toBe('tracked\n');
});

it('discarding deletes no folder, and nothing that is no folder, that came in place of what was there', async () => {
  commit(path, 'deep', { 'one.txt': '1\n' });
  mkdirSync(join(path, 'deep'));
  commit(path, 'deeper', { 'deep/two.txt': '2\n' });
  rmSync(join(path, 'one.txt'));
  mkdirSync(join(path, 'one.txt'));
  write('one.txt/secret.env', SECRET);
  write('one.txt/large.bin', '');
  truncateSync(join(path, 'one.txt/large.bin'), 64 * 1024 * 1024 + 1);
  const discard = (name: string) => run({ kind: 'discard', files: [{ path: name }] });
  await expect(discard('one.txt')).rejects.toMatchObject({ code: 'conflict' });
  expect(read('one.txt/secret.env')).toBe(SECRET);
  expect(existsSync(join(path, 'one.txt/large.bin'))).toBe(true);

  rmSync(join(path, 'deep'), { recursive: true });
  writeFileSync(join(path, 'deep'), 'a file, and nowhere else');
  await expect(discard('deep/two.txt')).rejects.toMatchObject({ code: 'conflict' });
  expect(read('deep')).toBe('a file, and nowhere else');
  rmSync(join(path, 'deep'));
  rmSync(join(path, 'one.txt'), { recursive: true });
  await discard('deep/two.txt');
  await discard('one.txt');
  expect(status()).toBe('');
});
