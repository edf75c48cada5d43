import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { daemonProgram } from './daemon-code.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-code-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the daemon is files without types that import nothing but Node and each other', () => {
  const program = daemonProgram(folder);
  const names = readdirSync(dirname(program));
  expect(names).toContain('main.mjs');
  for (const name of names) {
    const text = readFileSync(join(dirname(program), name), 'utf8');
    for (const [, target = ''] of text.matchAll(/^import\b[^;]*?'([^']+)';/gm)) {
      if (!target.startsWith('node:')) expect(names).toContain(target.replace('./', ''));
    }
  }
});

test('it is written once for each version of the files', () => {
  const program = daemonProgram(folder);
  const { ino } = statSync(program);
  expect(daemonProgram(folder)).toBe(program);
  expect(statSync(program).ino).toBe(ino);
  expect(readdirSync(folder)).toHaveLength(1);
});
