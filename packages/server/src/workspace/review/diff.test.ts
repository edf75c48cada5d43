/** Diffs on real git: every status, hostile names, both sides of the index, trees. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import type { Compared } from './comparison-of.ts';
import { describeChanges, listDiff } from './list-diff.ts';
import { findChange, readFileDiff } from './read-file-diff.ts';

let repository: TempRepository;
let path: string;
beforeEach(() => {
  repository = new TempRepository();
  path = repository.path;
});
afterEach(() => repository[Symbol.dispose]());

const HEAD: Compared = { kind: 'tree', from: 'HEAD' };
const UNSTAGED: Compared = { kind: 'unstaged' };
const STAGED: Compared = { kind: 'index', from: 'HEAD' };
const PLAIN = { context: 3, ignoreWhitespace: false };

async function files(compared: Compared) {
  const { changes } = await listDiff(path, compared);
  return describeChanges(path, compared, changes);
}

const brief = async (compared: Compared) =>
  (await files(compared)).map(({ path: name, status, additions, deletions }) => [
    name,
    status,
    additions,
    deletions,
  ]);

it('tells added, modified, deleted, renamed, copied modes and untracked files apart', async () => {
  const long = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('');
  repository.commit('more', { 'long.txt': long, 'gone.txt': 'x\n', 'run.sh': '#!/bin/sh\n' });
  renameSync(join(path, 'long.txt'), join(path, 'longer.txt'));
  rmSync(join(path, 'gone.txt'));
  chmodSync(join(path, 'run.sh'), 0o755);
  repository.git('add', '-A');
  repository.write({ 'a.txt': 'one\nTWO\nthree', 'new.txt': 'n\n', bin: Buffer.from([1, 0, 2]) });
  symlinkSync('a.txt', join(path, 'link'));
  expect(await brief(HEAD)).toEqual([
    ['a.txt', 'modified', 2, 1],
    ['bin', 'untracked', null, null],
    ['gone.txt', 'deleted', 0, 1],
    ['link', 'untracked', 1, 0],
    ['longer.txt', 'renamed', 0, 0],
    ['new.txt', 'untracked', 1, 0],
    ['run.sh', 'modified', 0, 0],
  ]);
  const seen = await files(HEAD);
  const of = (name: string) => seen.find((file) => file.path === name);
  expect(of('run.sh')).toMatchObject({ oldMode: '100644', newMode: '100755', kind: 'text' });
  expect(of('longer.txt')).toMatchObject({ oldPath: 'long.txt' });
  expect(of('bin')).toMatchObject({ kind: 'binary', size: 3 });
  expect(of('link')).toMatchObject({ kind: 'symlink', newMode: '120000' });
  expect(of('gone.txt')).toMatchObject({ object: null, newMode: null, size: null });
  expect(of('new.txt')?.object).toBe(repository.git('hash-object', 'new.txt'));
  expect(of('a.txt')?.object).toBe(repository.git('hash-object', 'a.txt'));
});

it('counts the lines of a few named files as those of all, and leaves the index alone', async () => {
  const names = Array.from({ length: 12 }, (_, number) => `many/${number}.txt`);
  repository.commit('many', Object.fromEntries(names.map((name) => [name, 'one\ntwo\n'])));
  repository.git('mv', 'a.txt', 'b.txt');
  repository.write({
    ...Object.fromEntries(names.map((name) => [name, 'one\n'])),
    '.gitignore': 'no\n',
    no: '',
  });
  const index = readFileSync(join(path, '.git/index'));
  const { changes } = await listDiff(path, HEAD);
  const all = await describeChanges(path, HEAD, changes, { total: changes.length });
  expect(all).toEqual(await describeChanges(path, HEAD, changes));
  expect(all.map(({ path: name }) => name)).toEqual(['.gitignore', 'b.txt', ...names.toSorted()]);
  expect(all.find(({ path: name }) => name === 'many/7.txt')).toMatchObject({ additions: 0, deletions: 1 });
  expect(readFileSync(join(path, '.git/index')).equals(index)).toBe(true);
});

it('shows what a merge left in conflict', async () => {
  const from = repository.git('rev-parse', 'HEAD');
  repository.git('checkout', '-q', '-b', 'other');
  repository.commit('theirs', { 'a.txt': 'theirs\n' });
  repository.git('checkout', '-q', 'main');
  repository.commit('ours', { 'a.txt': 'ours\n' });
  expect(() => repository.git('merge', 'other')).toThrow('merge');
  const base: Compared = { kind: 'tree', from };
  expect(await brief(base)).toEqual([['a.txt', 'conflicted', 5, 2]]);
  const { hunks } = await readFileDiff(path, base, 'a.txt', PLAIN);
  expect(hunks.flatMap(({ lines }) => lines.map(({ text }) => text))).toContain('<<<<<<< HEAD');
});

it('names the commits of a submodule, and a repository inside as one', async () => {
  using other = new TempRepository();
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.path, 'lib');
  const from = repository.commit('with a submodule');
  const before = other.git('rev-parse', 'HEAD');
  const after = repository.commit('inside', { 'x.txt': '1\n' }, join(path, 'lib'));
  mkdirSync(join(path, 'nested'));
  repository.gitIn(join(path, 'nested'), 'init', '-q');
  repository.commit('inner', { 'x.txt': '1\n' }, join(path, 'nested'));
  const base: Compared = { kind: 'tree', from };
  expect((await files(base)).map(({ path: name, kind }) => [name, kind])).toEqual([
    ['lib', 'repository'],
    ['nested/', 'repository'],
  ]);
  const { hunks } = await readFileDiff(path, base, 'lib', PLAIN);
  expect(hunks.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual([
    `Subproject commit ${before}`,
    `Subproject commit ${after}`,
  ]);
});

it('finds one file as the list of all has it, and as it is now', async () => {
  const long = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('');
  repository.commit('more', {
    'long.txt': long,
    'gone.txt': 'x\n',
    'run.sh': '#!/bin/sh\n',
    'f/in.txt': 'i\n',
  });
  renameSync(join(path, 'long.txt'), join(path, 'longer.txt'));
  rmSync(join(path, 'gone.txt'));
  rmSync(join(path, 'f'), { recursive: true });
  chmodSync(join(path, 'run.sh'), 0o755);
  repository.git('add', '-A');
  repository.write({
    'a.txt': 'other\n',
    f: 'a file now\n',
    'new.txt': 'n\n',
    'longer.txt': `${long}more\n`,
  });
  for (const compared of [HEAD, UNSTAGED, STAGED]) {
    const { changes } = await listDiff(path, compared);
    expect(changes.length).toBeGreaterThan(2);
    for (const change of changes) expect(await findChange(path, compared, change.path)).toEqual(change);
  }
  await expect(findChange(path, HEAD, 'long.txt')).rejects.toMatchObject({ code: 'file_not_found' });

  const added = async () => (await readFileDiff(path, HEAD, 'a.txt', PLAIN)).file.additions;
  expect(await added()).toBe(1);
  repository.write({ 'a.txt': 'other\nagain\n' });
  expect(await added()).toBe(2);
  repository.git('checkout', '-q', 'HEAD', '--', 'a.txt');
  await expect(added()).rejects.toMatchObject({ code: 'file_not_found' });
});

it('keeps what is staged and what is not apart', async () => {
  repository.write({ 'a.txt': 'ONE\ntwo\n' });
  repository.git('add', '-A');
  repository.write({ 'a.txt': 'ONE\ntwo\nthree\n', 'new.txt': 'n\n' });
  expect(await brief(STAGED)).toEqual([['a.txt', 'modified', 1, 1]]);
  expect(await brief(UNSTAGED)).toEqual([
    ['a.txt', 'modified', 1, 0],
    ['new.txt', 'untracked', 1, 0],
  ]);
  expect((await files(STAGED))[0]).toMatchObject({ size: 8, object: repository.git('rev-parse', ':a.txt') });
});

it('compares two commits, of which neither is checked out', async () => {
  const from = repository.git('rev-parse', 'HEAD');
  const to = repository.commit('second', { 'sub/c.txt': 'c\n' });
  repository.git('reset', '-q', '--hard', from);
  expect(await brief({ kind: 'trees', from, to })).toEqual([['sub/c.txt', 'added', 1, 0]]);
  const diff = await readFileDiff(path, { kind: 'trees', from, to }, 'sub/c.txt', PLAIN);
  expect(diff.hunks[0]?.lines).toEqual([{ kind: 'added', old: null, new: 1, text: 'c' }]);
});

it('gives hunks with line numbers, carriage returns, and a last line that does not end', async () => {
  const lines = Array.from({ length: 20 }, (_, line) => `line ${line + 1}`);
  repository.commit('lines', { 'l.txt': `${lines.join('\r\n')}\r\n`, 'open.txt': 'x' });
  repository.write({
    'l.txt': `${lines.with(1, 'changed').toSpliced(15, 1).join('\r\n')}\r\n`,
    'open.txt': 'y',
  });
  const { hunks, file } = await readFileDiff(path, UNSTAGED, 'l.txt', { ...PLAIN, context: 1 });
  expect(file).toMatchObject({ additions: 1, deletions: 2 });
  expect(
    hunks.map(({ oldStart, oldLines, newStart, newLines }) => [oldStart, oldLines, newStart, newLines]),
  ).toEqual([
    [1, 3, 1, 3],
    [15, 3, 15, 2],
  ]);
  expect(hunks[0]?.lines).toEqual([
    { kind: 'context', old: 1, new: 1, text: 'line 1\r' },
    { kind: 'removed', old: 2, new: null, text: 'line 2\r' },
    { kind: 'added', old: null, new: 2, text: 'changed\r' },
    { kind: 'context', old: 3, new: 3, text: 'line 3\r' },
  ]);
  const open = await readFileDiff(path, UNSTAGED, 'open.txt', PLAIN);
  expect(open.hunks[0]?.lines).toEqual([
    { kind: 'removed', old: 1, new: null, text: 'x', noNewline: true },
    { kind: 'added', old: null, new: 1, text: 'y', noNewline: true },
  ]);
});

it('is not misled by what a file says, nor by its name', async () => {
  const names = [
    ' lead',
    '-dash',
    ':(glob)*',
    'a "quote"',
    'back\\slash',
    'new\nline',
    'prøject ü 日本',
    'star*',
    'tab\there',
  ];
  repository.commit('names', Object.fromEntries(names.map((name) => [name, 'x\n'])));
  const hostile = '@@ -1 +1 @@\n--- a/x\n+++ b/y\ndiff --git a/x b/x\n\\ No newline\n';
  repository.write(Object.fromEntries(names.map((name) => [name, hostile])));
  expect((await brief(UNSTAGED)).map(([name]) => name)).toEqual(names);
  for (const name of names) {
    const { hunks, file } = await readFileDiff(path, UNSTAGED, name, PLAIN);
    expect(file.path).toBe(name);
    expect(hunks).toHaveLength(1);
    expect(hunks[0]?.lines.filter(({ kind }) => kind === 'added').map(({ text }) => text)).toEqual(
      hostile.trimEnd().split('\n'),
    );
  }
});

it('shows a file in the place of a folder, and a link in the place of a file', async () => {
  rmSync(join(path, 'sub'), { recursive: true });
  rmSync(join(path, 'a.txt'));
  repository.write({ sub: 'now a file\n' });
  symlinkSync('sub', join(path, 'a.txt'));
  repository.git('add', '-A');
  const link = await readFileDiff(path, STAGED, 'a.txt', PLAIN);
  expect(link.hunks.flatMap(({ lines }) => lines.map(({ kind, text }) => `${kind} ${text}`))).toEqual([
    'removed one',
    'removed two',
    'added sub',
  ]);
  const file = await readFileDiff(path, STAGED, 'sub', PLAIN);
  expect(file.hunks).toHaveLength(1);
  expect(file.hunks[0]?.lines).toEqual([{ kind: 'added', old: null, new: 1, text: 'now a file' }]);
});

it('ignores changes of white space when asked, and then names no hunk', async () => {
  repository.write({ 'a.txt': 'one\n\ttwo\nthree\n' });
  const options = { context: 0, ignoreWhitespace: true };
  const { hunks } = await readFileDiff(path, UNSTAGED, 'a.txt', options);
  expect(hunks.map(({ id, lines }) => [id, lines.map(({ text }) => text)])).toEqual([[null, ['three']]]);
});

it('refuses a path outside, and one that did not change', async () => {
  mkdirSync(join(repository.folder, 'secret'));
  symlinkSync(join(repository.folder, 'secret'), join(path, 'way'));
  const read = (name: string) => readFileDiff(path, UNSTAGED, name, PLAIN);
  for (const name of ['../x', '/etc/passwd', 'way/x', '..', '.'])
    await expect(read(name)).rejects.toMatchObject({ code: 'path_outside' });
  for (const name of ['a.txt', '*.txt', ':(top)a.txt', '.git/config'])
    await expect(read(name)).rejects.toMatchObject({ code: 'file_not_found' });
});

it('runs no program that the repository names', async () => {
  const mark = join(repository.folder, 'ran');
  repository.git('config', 'diff.evil.textconv', `touch '${mark}'; cat`);
  repository.git('config', 'diff.evil.command', `touch '${mark}'`);
  repository.git('config', 'diff.external', `touch '${mark}'`);
  repository.git('config', 'filter.evil.clean', `touch '${mark}'; cat`);
  repository.write({ '.gitattributes': '* diff=evil filter=evil\n', 'a.txt': 'other\n' });
  expect((await readFileDiff(path, UNSTAGED, 'a.txt', PLAIN)).hunks).toHaveLength(1);
  expect(existsSync(mark)).toBe(false);
});
