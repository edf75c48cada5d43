import { execFileSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { builtMain } from '../bin/built-main.js';
import { BIN } from './cli-harness.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

it('what was built is used while it is of the files that are there', () => {
  execFileSync(process.execPath, ['build.ts'], { cwd: ROOT });
  expect(builtMain()?.href).toMatch(/\/dist\/main-[^/]+\.js$/);
  expect(run()).toMatch(/^\d+\.\d+\.\d+\n$/);
  const touched = fileURLToPath(new URL('../src/exit-codes.ts', import.meta.url));
  utimesSync(touched, new Date(), new Date());
  expect(builtMain()).toBe(null);
  expect(run()).toMatch(/^\d+\.\d+\.\d+\n$/);
  execFileSync(process.execPath, ['build.ts'], { cwd: ROOT });
  expect(builtMain()).not.toBe(null);
}, 60_000);

function run(): string {
  return execFileSync(process.execPath, [BIN, '--version'], { encoding: 'utf8' });
}
