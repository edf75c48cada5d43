import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepAttachment } from './keep-attachment.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-attachment-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const data = Buffer.from('a picture').toString('base64');
const keep = (): string => fileURLToPath(keepAttachment(root, data, 'image/png'));

test('the same bytes are kept once, where git does not see them', () => {
  const path = keep();
  expect(keep()).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('a picture');
  expect(readdirSync(dirname(path))).toHaveLength(1);
  expect(readFileSync(join(root, '.pilotlight', '.gitignore'), 'utf8')).toBe('*\n');
});

test('one that was cut short is written again', () => {
  const path = keep();
  writeFileSync(path, 'a pic');
  expect(readFileSync(keep(), 'utf8')).toBe('a picture');
});

test('a link in its place is not written through', () => {
  const path = keep();
  const elsewhere = join(root, 'elsewhere');
  writeFileSync(elsewhere, 'mine');
  rmSync(path);
  symlinkSync(elsewhere, path);
  expect(readFileSync(keep(), 'utf8')).toBe('a picture');
  expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
});

test('a link in place of the folder is refused', () => {
  symlinkSync(tmpdir(), join(root, '.pilotlight'));
  expect(keep).toThrowError(expect.objectContaining({ code: 'path_outside' }));
});
