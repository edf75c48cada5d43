import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNpmCli } from './find-npm-cli.ts';
import { ensureRealAgents } from './install.ts';

let root: string;
let lines: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'install-'));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a lockfile and one dependency that lies beside it: npm needs no network for it. */
function makeFolder(): string {
  const folder = join(root, 'agents');
  mkdirSync(join(folder, 'tool'), { recursive: true });
  writeFileSync(join(folder, 'tool/package.json'), JSON.stringify({ name: 'tool', version: '1.0.0' }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { tool: 'file:./tool' } }));
  const args = [findNpmCli(), 'install', '--package-lock-only', '--offline', '--no-audit', '--no-fund'];
  execFileSync(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  return folder;
}

function ensure(folder: string, signal?: AbortSignal): Promise<boolean> {
  const log = (line: string) => void lines.push(line);
  return ensureRealAgents({ folder, lockFile: join(root, 'lock'), log, ...(signal ? { signal } : {}) });
}

const installed = (folder: string) => existsSync(join(folder, 'node_modules/tool/package.json'));

test('installs once, and again when the lockfile changes', async () => {
  const folder = makeFolder();
  expect(await ensure(folder)).toBe(true);
  expect(installed(folder)).toBe(true);
  expect(lines).toHaveLength(2);
  expect(await ensure(folder)).toBe(false);
  expect(lines).toHaveLength(2);

  const lockfile = join(folder, 'package-lock.json');
  writeFileSync(lockfile, `${readFileSync(lockfile, 'utf8')}\n`);
  expect(await ensure(folder)).toBe(true);
});

test('installs anew what an interrupted install left', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'node_modules/leftover'), { recursive: true });
  expect(await ensure(folder)).toBe(true);
  expect(installed(folder)).toBe(true);
  expect(existsSync(join(folder, 'node_modules/leftover'))).toBe(false);
});

test('lets one install run at a time', async () => {
  const folder = makeFolder();
  const results = await Promise.all([ensure(folder), ensure(folder)]);
  expect(results.toSorted()).toEqual([false, true]);
  expect(lines).toContain('Waiting for another install of the agents to end');
});

test('says what npm said when it fails, and is not installed then', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'package.json'), '{ broken');
  await expect(ensure(folder)).rejects.toThrow('npm could not install the agents');
  expect(installed(folder)).toBe(false);
});

test('stops when the signal aborts', async () => {
  const folder = makeFolder();
  const stop = new AbortController();
  const running = ensureRealAgents({
    folder,
    lockFile: join(root, 'lock'),
    log: () => stop.abort(new Error('stopped')),
    signal: stop.signal,
  });
  await expect(running).rejects.toThrow('stopped');
  expect(await ensure(folder)).toBe(true);
});
