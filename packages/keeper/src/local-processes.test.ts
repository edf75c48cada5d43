import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger } from './ledger.ts';
import { LocalProcesses } from './local-processes.ts';
import { readAllStats, readStat } from './proc-stat.ts';
import type { ChildProcessPort, SpawnRequest } from './process-port.ts';

let folder: string;
let ledger: Ledger;
let processes: LocalProcesses;
const quick = { stdinMs: 150, termMs: 150, killMs: 5000 };

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-processes-')));
  ledger = new Ledger(join(folder, 'ledger'));
  processes = new LocalProcesses(ledger, quick);
});

afterEach(async () => {
  await processes.dispose();
  const left = ledger.entries();
  rmSync(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`left in the ledger: ${JSON.stringify(left)}`);
});

function request(script: string, more: Partial<SpawnRequest> = {}): SpawnRequest {
  const env = { PATH: process.env['PATH'] ?? '' };
  return { owner: 'Test', command: process.execPath, args: ['-e', script], cwd: folder, env, ...more };
}

async function text(child: ChildProcessPort): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function firstLine(child: ChildProcessPort): Promise<string> {
  const iterator = child.stdout[Symbol.asyncIterator]();
  const { value } = (await iterator.next()) as { value: Uint8Array };
  return Buffer.from(value).toString().trim();
}

function membersOf(group: number): number[] {
  return readAllStats()
    .filter((stat) => (stat.group === group || stat.session === group) && stat.state !== 'Z')
    .map((stat) => stat.pid);
}

test('stdin, stdout and stderr; the child leads its group; the entry is there while it lives', async () => {
  const child = await processes.spawn(
    request(
      'process.stdin.on("data", (d) => process.stdout.write("got " + d)).on("end", () => process.exit(4)); console.error("ready")',
    ),
  );
  const stat = readStat(child.pid);
  expect(stat).toMatchObject({ group: child.pid, session: child.pid });
  expect(ledger.entries()).toMatchObject([
    {
      pid: child.pid,
      group: child.pid,
      owner: 'Test',
      startTime: stat?.startTime,
      server: { pid: process.pid },
    },
  ]);
  const [name = ''] = [`${ledger.entries()[0]?.id}.json`];
  expect(statSync(join(folder, 'ledger', name)).mode & 0o777).toBe(0o600);
  const output = text(child);
  await child.write('hello');
  child.closeStdin();
  expect(await output).toBe('got hello');
  expect(await child.exited).toEqual({ code: 4, signal: null });
  expect(child.stderrTail()).toBe('ready\n');
  expect(await child.memoryBytes()).toBeNull();
  await expect(child.write('more')).rejects.toThrow(/write after end/);
});

test('the program runs only after its entry is on disk', async () => {
  const script = 'console.log(require("node:fs").readdirSync(process.argv[1]).length)';
  const child = await processes.spawn(request('', { args: ['-e', script, join(folder, 'ledger')] }));
  expect(await text(child)).toBe('1\n');
});

test('what cannot be started is told with its reason', async () => {
  await expect(processes.spawn(request('', { command: 'no-such-program' }))).rejects.toMatchObject({
    code: 'agent_not_installed',
  });
  const file = join(folder, 'plain.txt');
  writeFileSync(file, '#!/bin/sh\n');
  await expect(processes.spawn(request('', { command: file }))).rejects.toMatchObject({
    code: 'agent_failed',
  });
  chmodSync(file, 0o755);
  const child = await processes.spawn(request('', { command: './plain.txt', args: [] }));
  expect(await child.exited).toEqual({ code: 0, signal: null });
  await expect(processes.spawn(request('', { cwd: join(folder, 'gone') }))).rejects.toMatchObject({
    code: 'worktree_missing',
  });
});

test('a child that does not read holds its writer back, and one that is not read is held back', async () => {
  const child = await processes.spawn(
    request(
      'for (;;) try { require("node:fs").writeSync(1, "x".repeat(65536)); require("node:fs").writeFileSync("count", "1", { flag: "a" }) } catch {}',
    ),
  );
  let written = false;
  void child.write('y'.repeat(1024 * 1024)).then(
    () => (written = true),
    () => {},
  );
  const count = (): number =>
    existsSync(join(folder, 'count')) ? readFileSync(join(folder, 'count')).length : 0;
  await expect.poll(() => readStat(child.pid)?.state).toBe('S');
  expect(count()).toBeLessThan(20);
  expect(written).toBe(false);
  expect(await child.end(quick)).toMatchObject({ signal: 'SIGTERM' });
});

test('stderr is always drained and bounded', async () => {
  const child = await processes.spawn(
    request('for (let i = 0; i < 5000; i++) require("node:fs").writeSync(2, "é".repeat(100) + i + "\\n")'),
  );
  expect(await child.exited).toEqual({ code: 0, signal: null });
  await expect.poll(() => child.stderrTail().endsWith('4999\n')).toBe(true);
  expect(Buffer.byteLength(child.stderrTail())).toBeLessThanOrEqual(64 * 1024);
  expect(child.stderrTail()).not.toContain('\uFFFD');
});

test('the ladder: end of stdin, SIGTERM, SIGKILL, each to a child that takes no less', async () => {
  const polite = await processes.spawn(
    request('process.stdin.resume().on("end", () => process.exit(9)); console.log(1)'),
  );
  const deafToEnd = await processes.spawn(request('setInterval(() => {}, 1e6); console.log(1)'));
  const deaf = await processes.spawn(
    request('process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log(1)'),
  );
  const stopped = await processes.spawn(
    request('setInterval(() => {}, 1e6); process.kill(process.pid, "SIGSTOP")'),
  );
  await Promise.all([firstLine(polite), firstLine(deafToEnd), firstLine(deaf)]);
  await expect.poll(() => readStat(stopped.pid)?.state).toBe('T');
  expect(await polite.end({ ...quick, stdinMs: 5000 })).toEqual({ code: 9, signal: null });
  expect(await deafToEnd.end(quick)).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await deaf.end(quick)).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await stopped.end(quick)).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await deaf.end(quick)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('grandchildren go with the child, however it ends', async () => {
  const script =
    'const c = require("node:child_process").spawn(process.execPath, ["-e", "process.on(\'SIGTERM\', () => {}); console.log(process.pid); setInterval(() => {}, 1e6)"], { stdio: ["ignore", 1, 1] });';
  const child = await processes.spawn(
    request(`${script} process.stdin.resume().on("end", () => process.exit(0))`),
  );
  const grandchild = Number(await firstLine(child));
  expect(membersOf(child.pid)).toContain(grandchild);
  const memory = await child.memoryBytes();
  expect(memory).toBeGreaterThan(40_000_000);
  child.closeStdin();
  await child.exited;
  await expect.poll(() => membersOf(child.pid)).toEqual([]);
});

test('dispose ends everything and refuses more', async () => {
  const child = await processes.spawn(request('setInterval(() => {}, 1e6)'));
  await processes.dispose();
  expect(await child.exited).toMatchObject({ code: null });
  await expect(processes.spawn(request(''))).rejects.toMatchObject({ code: 'server_stopping' });
});
