import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeeperProcesses } from '../src/keeper-processes.ts';
import { readStat } from '../src/proc-stat.ts';
import { alive, KeeperBench, only, quick, reader, text } from './harness.ts';

let bench: KeeperBench;
let processes: KeeperProcesses;

beforeEach(async () => {
  bench = new KeeperBench();
  processes = await bench.connect();
});

afterEach(() => bench[Symbol.asyncDispose]());

const echo = 'process.stdin.pipe(process.stdout)';

test('stdin, stdout, stderr and exit, as of a child of our own', async () => {
  const child = await processes.spawn(
    bench.request(
      'process.stdin.on("data", (d) => process.stdout.write("got " + d)).on("end", () => { console.error("last"); process.exit(4); })',
    ),
  );
  const { pid } = await processes.stats();
  expect(readStat(child.pid)).toMatchObject({ group: child.pid, session: child.pid, parent: pid });
  expect(readStat(pid)).toMatchObject({ session: pid });
  // Node is larger than that, once it has started.
  await expect.poll(() => child.memoryBytes()).toBeGreaterThan(20_000_000);
  const output = text(child);
  await child.write('hello');
  child.closeStdin();
  expect(await output).toBe('got hello');
  expect(await child.exited).toEqual({ code: 4, signal: null });
  expect(child.stderrTail()).toBe('last\n');
  expect(await child.memoryBytes()).toBeNull();
  await expect(child.write('more')).rejects.toThrow(/write after end/);
  expect(await child.end()).toEqual({ code: 4, signal: null });
});

test('all of it lies closed to others', () => {
  const modes = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      return `${entry.isDirectory() ? 'folder' : 'file'} ${mode.toString(8)}`;
    });
  expect(new Set(modes(join(bench.data, 'keeper')))).toEqual(new Set(['folder 700', 'file 600']));
  const runtime = readdirSync(bench.root).find((name) => name.startsWith('pilotlight-')) ?? '';
  expect(modes(join(bench.root, runtime))).toEqual(['file 600']);
});

test('what cannot be started is told with its reason', async () => {
  await expect(processes.spawn(bench.request('', { command: 'no-such-program' }))).rejects.toMatchObject({
    name: 'PilotlightError',
    code: 'agent_not_installed',
    details: { command: 'no-such-program' },
  });
  await expect(processes.spawn(bench.request('', { cwd: '/gone' }))).rejects.toMatchObject({
    code: 'worktree_missing',
  });
});

test('a child that does not read holds its writer back', async () => {
  const child = await processes.spawn(bench.request('setInterval(() => {}, 1e6); console.log("up")'));
  await reader(child)(3);
  const line = `${'y'.repeat(2 ** 16 - 1)}\n`;
  const writes = Array.from({ length: 64 }, () => child.write(line));
  let written = 0;
  for (const write of writes)
    write.then(
      () => (written += 1),
      () => {},
    );
  // As much as a further answer takes to come, and again until nothing moves.
  for (let before = -1; before !== written;) {
    before = written;
    for (let round = 0; round < 20; round++) await processes.stats();
  }
  expect(written).toBeLessThan(40);
  expect((await processes.stats()).memory).toBeLessThan(70 * 2 ** 20);
  await child.end(quick);
});

test('a reader that pauses holds the child back, and gets every byte', async () => {
  const size = 12 * 2 ** 20;
  const child = await processes.spawn(
    bench.request(
      `const b = Buffer.alloc(65536, "z"); for (let i = 0; i < ${size / 65536}; i++) { process.stdout.write(b); } process.stdout.write("", () => console.error("said all"))`,
    ),
  );
  await expect.poll(async () => (await processes.stats()).retained).toBeGreaterThan(0);
  for (let round = 0; round < 50; round++) await processes.stats();
  expect(child.stderrTail()).toBe('');
  expect((await text(child)).length).toBe(size);
  // Its stderr comes another way, but before the exit.
  await child.exited;
  expect(child.stderrTail()).toBe('said all\n');
});

test('the ladder: end of stdin, SIGTERM, SIGKILL', async () => {
  const polite = await processes.spawn(
    bench.request('process.stdin.resume().on("end", () => process.exit(9)); console.log(1)'),
  );
  const deafToEnd = await processes.spawn(bench.request('setInterval(() => {}, 1e6); console.log(1)'));
  const deaf = await processes.spawn(
    bench.request('process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log(1)'),
  );
  await Promise.all([polite, deafToEnd, deaf].map((child) => reader(child)(2)));
  expect(await polite.end({ ...quick, stdinMs: 5000 })).toEqual({ code: 9, signal: null });
  expect(await deafToEnd.end(quick)).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await deaf.end(quick)).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await deaf.end(quick)).toEqual({ code: null, signal: 'SIGKILL' });
  await expect.poll(async () => (await processes.stats()).processes).toBe(0);
});

test('what is acknowledged is kept no longer; a child that ended and is done with is forgotten', async () => {
  const child = await processes.spawn(bench.request(echo));
  const read = reader(child);
  await child.write('one\ntwo\n');
  await read(8);
  await child.write('three\n');
  await read(6);
  await processes.dispose('leave');
  processes = await bench.connect();
  const left = only(await processes.left());
  expect(left).toMatchObject({
    owner: 'Test',
    tag: '',
    exit: null,
    output: { from: 0, to: 14 },
    input: {
      accepted: 14,
      lines: [
        { offset: 0, head: 'one' },
        { offset: 4, head: 'two' },
        { offset: 8, head: 'three' },
      ],
    },
  });
  const again = await left.adopt();
  const readAgain = reader(again);
  expect(await readAgain(14)).toBe('one\ntwo\nthree\n');
  again.acknowledge(8, again.written);
  await again.write('four\n');
  expect(await readAgain(5)).toBe('four\n');
  await processes.dispose('leave');
  processes = await bench.connect();
  const third = only(await processes.left());
  expect(third).toMatchObject({
    output: { from: 8, to: 19 },
    input: { accepted: 19, lines: [{ offset: 14, head: 'four' }] },
  });
  const last = await third.adopt();
  last.closeStdin();
  expect(await text(last)).toBe('three\nfour\n');
  expect(await last.exited).toEqual({ code: 0, signal: null });
  last.acknowledge(19, last.written);
  await expect.poll(async () => (await processes.stats()).processes).toBe(0);
});

test('a child that ended while nobody was there keeps its exit, its output and its stderr', async () => {
  const child = await processes.spawn(
    bench.request(
      'process.stdin.once("data", () => { console.log("bye"); console.error("why"); process.exitCode = 7; process.stdin.destroy(); }); console.log("up")',
      {
        tag: 'chat 1',
      },
    ),
  );
  await reader(child)(3);
  await child.write('go\n');
  await processes.dispose('leave');
  processes = await bench.connect();
  await expect.poll(async () => only(await processes.left()).exit).toEqual({ code: 7, signal: null });
  const left = only(await processes.left());
  expect(left).toMatchObject({ tag: 'chat 1', pid: child.pid, startedAt: child.startedAt });
  const adopted = await left.adopt();
  expect(await text(adopted)).toBe('up\nbye\n');
  expect(await adopted.exited).toEqual({ code: 7, signal: null });
  expect(adopted.stderrTail()).toBe('why\n');
  adopted.acknowledge(7, adopted.written);
  await expect.poll(async () => (await processes.stats()).processes).toBe(0);
});

test('what is left can be ended, and is forgotten', async () => {
  const child = await processes.spawn(bench.request(echo));
  await processes.dispose('leave');
  processes = await bench.connect();
  await only(await processes.left()).end(quick);
  expect(alive(child.pid)).toBe(false);
  expect(await processes.left()).toEqual([]);
});

test('closing stdin comes after all that was written before, however much it is', async () => {
  const child = await processes.spawn(
    bench.request(
      'let n = 0; process.stdin.on("data", (d) => (n += d.length)).on("end", () => process.stdout.write(String(n)))',
    ),
  );
  const output = text(child);
  const writes = Array.from({ length: 300 }, () => child.write(`${'w'.repeat(9999)}\n`));
  writes.push(child.write('and no newline'));
  child.closeStdin();
  await Promise.all(writes);
  expect(await output).toBe(String(300 * 10_000 + 14));
});

test('a child that closed its stdin is no place to write to, also for a later server', async () => {
  const child = await processes.spawn(
    bench.request(
      'process.stdin.destroy(); require("node:fs").closeSync(0); setInterval(() => {}, 1e6); console.log("up")',
    ),
  );
  await reader(child)(3);
  await expect.poll(() => child.write('x\n').then(() => 'taken', String)).toMatch(/reads its stdin no more/);
  await processes.dispose('leave');
  processes = await bench.connect();
  const again = await only(await processes.left()).adopt();
  await expect.poll(() => again.write('x\n').then(() => 'taken', String)).toMatch(/reads its stdin no more/);
  await again.end(quick);
});

test('grandchildren go with the child, however it ends', async () => {
  const script =
    'const c = require("node:child_process").spawn(process.execPath, ["-e", "process.on(\'SIGTERM\', () => {}); console.log(process.pid); setInterval(() => {}, 1e6)"], { stdio: ["ignore", 1, 1] });';
  const child = await processes.spawn(
    bench.request(`${script} process.stdin.resume().on("end", () => process.exit(0))`),
  );
  const stdout = child.stdout[Symbol.asyncIterator]();
  const grandchild = Number(Buffer.from(((await stdout.next()).value ?? []) as Uint8Array).toString());
  expect(alive(grandchild)).toBe(true);
  child.closeStdin();
  await child.exited;
  await expect.poll(() => alive(grandchild)).toBe(false);
});

test('dispose ends everything and refuses more', async () => {
  processes = await bench.connect({ deadlines: quick });
  const child = await processes.spawn(bench.request('setInterval(() => {}, 1e6)'));
  const output = text(child);
  await processes.dispose('end');
  expect(await child.exited).toMatchObject({ code: null });
  expect(await output).toBe('');
  await expect(processes.spawn(bench.request(''))).rejects.toMatchObject({ code: 'server_stopping' });
  processes = await bench.connect();
  expect(await processes.left()).toEqual([]);
});

test('stderr comes in time, and of a flood the last 64 KiB', async () => {
  const child = await processes.spawn(
    bench.request(
      'for (let i = 0; i < 5000; i++) require("node:fs").writeSync(2, "é".repeat(100) + i + "\\n")',
    ),
  );
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(child.stderrTail()).toMatch(/4999\n$/);
  expect(Buffer.byteLength(child.stderrTail())).toBeLessThanOrEqual(64 * 1024);
});
