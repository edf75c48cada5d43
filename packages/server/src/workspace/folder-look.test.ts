import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderLook } from './folder-look.ts';

test('a folder is seen to come, go, and be replaced by a file, at the first look and at later ones', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'pilotlight-look-')), 'project');
  const look = new FolderLook();
  expect(await look.exists(folder)).toBe(false);
  mkdirSync(folder);
  expect(await look.exists(folder)).toBe(true);
  expect(await look.exists(folder)).toBe(true);
  rmSync(folder, { recursive: true });
  expect(await look.exists(folder)).toBe(false);
  writeFileSync(folder, '');
  expect(await look.exists(folder)).toBe(false);
  expect(await look.exists(join(folder, 'below a file'))).toBe(false);
  rmSync(folder);
});
