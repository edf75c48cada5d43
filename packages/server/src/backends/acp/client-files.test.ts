import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTextFile, writeTextFile } from './client-files.ts';

let folder: string;
let root: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-files-')));
  root = join(folder, 'worktree');
  mkdirSync(root);
  writeFileSync(join(folder, 'outside.txt'), 'secret');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lines are counted from 1, and a missing file is empty', async () => {
  const path = join(root, 'a.txt');
  writeFileSync(path, 'one\ntwo\nthree\n');
  expect(await readTextFile(root, { path })).toEqual({ content: 'one\ntwo\nthree\n' });
  expect(await readTextFile(root, { path, line: 2, limit: 1 })).toEqual({ content: 'two' });
  expect(await readTextFile(root, { path, line: 3 })).toEqual({ content: 'three\n' });
  expect(await readTextFile(root, { path: join(root, 'no', 'such.txt') })).toEqual({ content: '' });
});

test('a write makes folders and replaces the whole file', async () => {
  const path = join(root, 'new', 'b.txt');
  await writeTextFile(root, { path, content: 'a longer text' });
  await writeTextFile(root, { path, content: 'short' });
  expect(readFileSync(path, 'utf8')).toBe('short');
});

test('nothing outside, no folder, no pipe, no relative path', async () => {
  symlinkSync('../outside.txt', join(root, 'link'));
  symlinkSync('..', join(root, 'up'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const bad = [
    join(folder, 'outside.txt'),
    join(root, 'link'),
    join(root, 'up', 'outside.txt'),
    root,
    join(root, 'pipe'),
    'a.txt',
    5,
  ];
  for (const path of bad) {
    await expect(readTextFile(root, { path })).rejects.toMatchObject({ name: 'RpcError' });
    await expect(writeTextFile(root, { path, content: 'x' })).rejects.toMatchObject({
      name: 'RpcError',
    });
  }
  await expect(writeTextFile(root, { path: join(root, 'c.txt') })).rejects.toMatchObject({
    name: 'RpcError',
  });
  expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('secret');
});
