import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeeperFolder, readOrMakeSecret } from './keeper-folder.ts';
import { ensureRuntimeFolder, socketPath } from './runtime-path.ts';

let runtime: string;

beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), 'pilotlight-runtime-'));
});

afterEach(() => rmSync(runtime, { recursive: true, force: true }));

const at = (version: number): string => socketPath('/data', version, { XDG_RUNTIME_DIR: runtime });

test('the path is short and says data folder and version', () => {
  expect(at(1)).toMatch(/\/pilotlight-\d+\/[0-9a-f]{16}-v1\.sock$/);
  expect(at(2)).not.toBe(at(1));
  expect(socketPath('/other', 1, { XDG_RUNTIME_DIR: runtime })).not.toBe(at(1));
  expect(socketPath('/data', 1, { XDG_RUNTIME_DIR: `/${'long/'.repeat(30)}` }).length).toBeLessThan(104);
  expect(dirname(dirname(socketPath('/data', 1, {})))).toBe(tmpdir());
});

test('the folder is made for us alone, and taken again', () => {
  ensureRuntimeFolder(at(1));
  ensureRuntimeFolder(at(1));
  expect(statSync(dirname(at(1))).mode & 0o777).toBe(0o700);
});

test('a folder that others can enter, a link, or a file is refused', () => {
  const folder = dirname(at(1));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  expect(() => ensureRuntimeFolder(at(1))).toThrow(/not a folder of yours alone/);
  rmSync(folder, { recursive: true });
  mkdirSync(join(runtime, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(runtime, 'elsewhere'), folder);
  expect(() => ensureRuntimeFolder(at(1))).toThrow(/not a folder of yours alone/);
});

test('the secret is made once, 0600', () => {
  const folder = openKeeperFolder(join(runtime, 'data'));
  const secret = readOrMakeSecret(folder.secret);
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(readOrMakeSecret(folder.secret)).toBe(secret);
  expect(statSync(folder.secret).mode & 0o777).toBe(0o600);
});
