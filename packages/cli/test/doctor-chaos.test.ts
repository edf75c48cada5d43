/** `doctor --chaos`: on a folder of its own, gone when it ends. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bench, jsonLines } from './cli-harness.ts';

let bench: Bench;
let temporary: string;

beforeEach(() => {
  bench = new Bench();
  temporary = join(bench.root, 'tmp');
  mkdirSync(temporary);
});
afterEach(() => bench[Symbol.asyncDispose]());

/** Processes whose environment names the folder, besides this one's children that have ended. */
function left(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(temporary);
    } catch {
      return false;
    }
  });
}

const isLinux = process.platform === 'linux';

it.runIf(isLinux)('says what was done and what held, and leaves nothing', { timeout: 90_000 }, async () => {
  const args = ['doctor', '--chaos', '--minutes', '0.05', '--json'];
  const { code, stdout } = await bench.run(args, { env: { TMPDIR: temporary } });
  const [report] = jsonLines<{ sound: boolean; interrupted: boolean; lines: string[] }>(stdout);
  expect(report).toMatchObject({ sound: true, interrupted: false });
  expect(report?.lines.at(-1)).toBe('no problem');
  expect(code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  expect(left()).toEqual([]);
  expect(existsSync(bench.data)).toBe(false);
});

it.runIf(isLinux)('leaves nothing when it is interrupted', { timeout: 60_000 }, async () => {
  const doctor = bench.spawn(['doctor', '--chaos'], { env: { TMPDIR: temporary } });
  await expect.poll(() => left().length, { timeout: 30_000 }).toBeGreaterThan(2);
  doctor.child.kill('SIGINT');
  expect((await doctor.result).code).toBe(130);
  expect(readdirSync(temporary)).toEqual([]);
  expect(left()).toEqual([]);
});

it('refuses what is no time', async () => {
  const { code, stderr } = await bench.run(['doctor', '--chaos', '--minutes', 'soon']);
  expect(code).toBe(2);
  expect(stderr).toContain('--minutes is a number above 0, not soon.');
});
