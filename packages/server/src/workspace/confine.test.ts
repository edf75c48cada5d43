import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { confine, isWithin } from './confine.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-confine-')));
  root = join(folder, 'root');
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  mkdirSync(join(folder, 'root-beside'));
  writeFileSync(join(root, 'a', 'file'), '');
  writeFileSync(join(folder, 'secret'), '');
  symlinkSync('a', join(root, 'inward'));
  symlinkSync('..', join(root, 'outward'));
  symlinkSync('../secret', join(root, 'secret-link'));
  symlinkSync('../not-there', join(root, 'dangling-out'));
  symlinkSync('a/not-there', join(root, 'dangling-in'));
  symlinkSync('dangling-out', join(root, 'chain-out'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync(root, join(folder, 'root-link'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['.', ''],
  ['a/file', 'a/file'],
  ['a/../a/file', 'a/file'],
  ['inward/file', 'a/file'],
  ['new/deeper/file', 'new/deeper/file'],
  ['inward/new', 'a/new'],
  ['dangling-in', 'a/not-there'],
  ['..name', '..name'],
  ['a/file/below', 'a/file/below'],
])('%s stays inside', async (path, expected) => {
  expect(await confine(root, path)).toBe(join(root, expected));
  expect(await confine(root, join(root, path))).toBe(join(root, expected));
  expect(await confine(join(folder, 'root-link'), path)).toBe(join(root, expected));
});

test.each([
  '..',
  '../secret',
  'a/../../secret',
  '/etc/passwd',
  '../root-beside',
  'outward/secret',
  'outward/new-file',
  'secret-link',
  'dangling-out',
  'chain-out',
  'loop',
  'loop/x',
  'a\0b',
])('%j is refused', async (path) => {
  await expect(confine(root, path)).rejects.toMatchObject({ code: 'path_outside' });
});

test('a name that only begins like the root is not within it', () => {
  expect(isWithin('/a/root', '/a/root-beside')).toBe(false);
  expect(isWithin('/a/root', '/a/root')).toBe(true);
  expect(isWithin('/a/root', '/a/root/..x')).toBe(true);
});
