import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stopKeepers } from '../src/connect-keeper.ts';
import { liveKeepers, type KeeperRecord } from '../src/keeper-records.ts';
import { readStat } from '../src/proc-stat.ts';
import { alive, keepersOf, KeeperBench, only, quick, reader, text } from './harness.ts';

let bench: KeeperBench;

beforeEach(() => {
  bench = new KeeperBench();
});

afterEach(() => bench[Symbol.asyncDispose]());

const echo = 'process.stdin.pipe(process.stdout)';
const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("up")';

function keepers(): KeeperRecord[] {
  return liveKeepers(join(bench.data, 'keeper', 'keepers'));
}

function secret(): string {
  return readFileSync(join(bench.data, 'keeper', 'secret'), 'utf8');
}

/** However it closes. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

/** A connection that speaks as it likes. */
function raw(): { socket: Socket; ask(message: unknown): Promise<Record<string, unknown>> } {
  const socket = connect(keepers()[0]?.socket ?? '');
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  return {
    socket,
    async ask(message) {
      socket.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
      const [line] = (await once(socket, 'data')) as [string];
      return JSON.parse(line) as Record<string, unknown>;
    },
  };
}

test('a wrong secret is refused, for control and for a process, and silence is not answered', async () => {
  const processes = await bench.connect();
  const child = await processes.spawn(bench.request(echo));
  for (const first of [
    { type: 'hello', id: 1, secret: `${secret()}x`, protocol: 1 },
    { type: 'hello', id: 1, secret: '', protocol: 1 },
    { type: 'attach', secret: 'x', session: 1, process: child.id, offset: 0 },
  ]) {
    const { socket, ask } = raw();
    expect(await ask(first)).toMatchObject({ error: { code: 'unauthorized' } });
    await closed(socket);
  }
  const { socket, ask } = raw();
  expect(await ask({ type: 'list', id: 4 })).toMatchObject({ id: 4, error: { code: 'unauthorized' } });
  await closed(socket);
  const flood = raw();
  flood.socket.write('x'.repeat(100_000));
  await closed(flood.socket);
  expect(await processes.stats()).toMatchObject({ processes: 1 });
});

test('what it does not know is answered with an error, and the connection goes on', async () => {
  await bench.connect();
  const { socket, ask } = raw();
  await ask({ type: 'hello', id: 1, secret: secret(), protocol: 1, observer: true });
  expect(await ask({ type: 'fly', id: 2 })).toMatchObject({ id: 2, error: { code: 'invalid_request' } });
  expect(await ask({ type: 'list', id: 3, deep: true })).toMatchObject({ id: 3, error: {} });
  expect(await ask('no json')).toMatchObject({ id: null, error: { code: 'invalid_request' } });
  expect(await ask({ type: 'end', id: 4, process: 'x' })).toMatchObject({ error: { code: 'forbidden' } });
  expect(await ask({ type: 'stats', id: 5 })).toMatchObject({ id: 5, ok: { processes: 0 } });
  socket.destroy();
  const other = raw();
  expect(await other.ask({ type: 'hello', id: 1, secret: secret(), protocol: 9 })).toMatchObject({
    error: { code: 'conflict' },
  });
});

test('a later server takes over: the earlier one is told, its half line goes, its processes can be adopted', async () => {
  const first = await bench.connect();
  const child = await first.spawn(bench.request(echo));
  await child.write('one\nhal');
  await reader(child)(4);
  const second = await bench.connect();
  const again = await only(await second.left()).adopt();
  await again.write('two\n');
  expect(await reader(again)(8)).toBe('one\ntwo\n');
  await expect(first.spawn(bench.request(echo))).rejects.toThrow(/taken over/);
  await expect(child.write('x\n')).rejects.toThrow(/taken over/);
  expect(await second.stats()).toMatchObject({ processes: 1 });
});

test('the keeper dies: its processes count as killed, the next keeper reaps what still runs', async () => {
  const processes = await bench.connect();
  const polite = await processes.spawn(bench.request(echo));
  const child = await processes.spawn(bench.request(deaf));
  await reader(child)(3);
  const { pid } = await processes.stats();
  const output = text(polite);
  process.kill(pid, 'SIGKILL');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await output).toBe('');
  await expect(child.write('x')).rejects.toThrow(/keeper ended/);
  await expect.poll(() => alive(polite.pid)).toBe(false);
  expect(alive(child.pid)).toBe(true);
  const next = await processes.spawn(bench.request(echo));
  expect(alive(child.pid)).toBe(false);
  expect(readStat(next.pid)?.parent).toBe((await processes.stats()).pid);
  await next.write('x\n');
  expect(await reader(next)(2)).toBe('x\n');
  expect(readdirSync(bench.ledger)).toHaveLength(1);
});

test('however many start at once, also over a dead one and its socket: there is one keeper', async () => {
  for (let round = 0; round < 3; round++) {
    const started = await Promise.allSettled(Array.from({ length: 5 }, () => bench.connect()));
    expect(started.filter(({ status }) => status === 'rejected')).toEqual([]);
    await expect.poll(() => keepersOf(bench.root)).toHaveLength(1);
    expect(keepers()).toHaveLength(1);
    const [pid = 0] = keepersOf(bench.root);
    expect(keepers()[0]?.pid).toBe(pid);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => alive(pid)).toBe(false);
  }
}, 40_000);

test('with nothing to keep and nobody there it ends by itself, and leaves no socket', async () => {
  const processes = await bench.connect({ idleMs: 50 });
  const child = await processes.spawn(bench.request(echo));
  const [keeper] = keepers();
  await processes.dispose('leave');
  const again = await bench.connect();
  expect((await again.stats()).pid).toBe(keeper?.pid);
  await only(await again.left()).end();
  await again.dispose('leave');
  await expect.poll(() => alive(keeper?.pid ?? 0)).toBe(false);
  expect(existsSync(keeper?.socket ?? '')).toBe(false);
  expect(alive(child.pid)).toBe(false);
});

test('a socket that somebody removed comes back, and the processes with it', async () => {
  const first = await bench.connect({ lookMs: 20 });
  const child = await first.spawn(bench.request(echo));
  await first.dispose('leave');
  const [keeper] = keepers();
  rmSync(join(keeper?.socket ?? '', '..'), { recursive: true });
  const again = await bench.connect();
  expect((await again.stats()).pid).toBe(keeper?.pid);
  expect(only(await again.left()).pid).toBe(child.pid);
});

test('ends with its processes when the data folder is removed', async () => {
  const processes = await bench.connect({ lookMs: 20 });
  const child = await processes.spawn(bench.request(echo));
  const { pid } = await processes.stats();
  await processes.dispose('leave');
  rmSync(bench.data, { recursive: true });
  await expect.poll(() => alive(pid)).toBe(false);
  expect(alive(child.pid)).toBe(false);
});

test('SIGTERM ends its processes by the ladder, then itself; their server hears how', async () => {
  const processes = await bench.connect();
  const child = await processes.spawn(
    bench.request('process.stdin.resume().on("end", () => process.exit(5)); console.log("up")'),
  );
  await reader(child)(3);
  const { pid } = await processes.stats();
  process.kill(pid, 'SIGTERM');
  expect(await child.exited).toEqual({ code: 5, signal: null });
  await expect.poll(() => alive(pid)).toBe(false);
});

test('stopping without being the server ends processes and keepers of every version', async () => {
  const one = await bench.connect({ version: 1 });
  const child = await one.spawn(bench.request(deaf));
  await reader(child)(3);
  await bench.connect({ version: 2 });
  expect(await stopKeepers(bench.data, quick)).toBe(2);
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await expect.poll(() => keepersOf(bench.root)).toEqual([]);
  expect(await stopKeepers(bench.data)).toBe(0);
});

test('an older keeper serves its processes to their end, and new ones go to the new keeper', async () => {
  const older = await bench.connect({ version: 1, idleMs: 50 });
  const child = await older.spawn(bench.request(echo));
  await child.write('one\n');
  await older.dispose('leave');
  const old = keepers()[0]?.pid ?? 0;
  const newer = await bench.connect({ version: 2 });
  expect(keepers().map(({ version }) => version)).toEqual([2, 1]);
  const adopted = await only(await newer.left()).adopt();
  expect(await reader(adopted)(4)).toBe('one\n');
  const fresh = await newer.spawn(bench.request(echo));
  expect(readStat(fresh.pid)?.parent).toBe((await newer.stats()).pid);
  expect(readStat(adopted.pid)?.parent).toBe(old);
  expect(await adopted.end()).toEqual({ code: 0, signal: null });
  expect(await newer.left()).toEqual([]);
  await newer.dispose('leave');
  await expect.poll(() => alive(old)).toBe(false);
  expect(alive(fresh.pid)).toBe(true);
});

const flood = (bytes: number): string =>
  `let n = 0; const more = () => { for (;;) { if (n >= ${bytes}) { console.error("said all"); return; } n += 4096; if (!process.stdout.write(String(n).padEnd(4095, "f") + "\\n")) { process.stdout.once("drain", more); return; } } }; more()`;
const flooded = (bytes: number): string =>
  Array.from({ length: bytes / 4096 }, (_, at) => `${String((at + 1) * 4096).padEnd(4095, 'f')}\n`).join('');

test('nobody there: output goes to the disk up to the hard bound, then the process is held back; nothing is lost', async () => {
  const size = 4 * 2 ** 20;
  const retain = { memory: 2 ** 16, total: 2 ** 20, segment: 2 ** 18 };
  const first = await bench.connect({ retain });
  await first.spawn(bench.request(flood(size)));
  await first.dispose('leave');
  const processes = await bench.connect();
  await expect.poll(async () => only(await processes.left()).output.to).toBeGreaterThanOrEqual(2 ** 20);
  for (let round = 0; round < 50; round++) await processes.stats();
  const left = only(await processes.left());
  expect(left.output.to).toBeLessThan(2 ** 20 + 2 ** 17);
  const stats = await processes.stats();
  expect(stats.retained).toBeLessThanOrEqual(2 ** 16);
  expect(stats.spilled).toBeGreaterThanOrEqual(2 ** 20 - 2 ** 16);
  expect(stats.memory).toBeLessThanOrEqual(60 * 2 ** 20);
  const child = await left.adopt();
  let said = '';
  for await (const chunk of child.stdout) {
    said += Buffer.from(chunk).toString();
    child.acknowledge(said.length, child.written);
  }
  expect(said === flooded(size)).toBe(true);
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(child.stderrTail()).toBe('said all\n');
  await expect.poll(() => readdirSync(join(bench.data, 'keeper', 'spill', 'v1'))).toEqual([]);
}, 30_000);

test('a disk that takes nothing holds the process back until it does', async () => {
  const size = 2 ** 20;
  const first = await bench.connect({ retain: { memory: 2 ** 16 } });
  const spill = join(bench.data, 'keeper', 'spill', 'v1');
  renameSync(spill, `${spill}.away`);
  writeFileSync(spill, '');
  await first.spawn(bench.request(flood(size)));
  await first.dispose('leave');
  const processes = await bench.connect();
  await expect.poll(async () => only(await processes.left()).output.to).toBeGreaterThan(2 ** 16);
  for (let round = 0; round < 50; round++) await processes.stats();
  expect(only(await processes.left()).output.to).toBeLessThan(2 ** 18);
  rmSync(spill);
  mkdirSync(spill);
  await expect.poll(async () => only(await processes.left()).output.to, { timeout: 5000 }).toBe(size);
  expect((await text(await only(await processes.left()).adopt())) === flooded(size)).toBe(true);
});

test('a line without an end is refused at its limit; the process goes on', async () => {
  const processes = await bench.connect({ lineLimit: 100_000 });
  const child = await processes.spawn(bench.request(echo));
  await child.write('ok\n');
  const output = text(child);
  await child.write('x'.repeat(100_001)).catch(() => {});
  await expect(output).rejects.toMatchObject({ code: 'payload_too_large' });
  await expect(child.write('y\n')).rejects.toMatchObject({ code: 'payload_too_large' });
  await processes.dispose('leave');
  const again = await (await bench.connect()).left();
  const adopted = await only(again).adopt();
  await adopted.write('still\n');
  expect(await reader(adopted)(9)).toBe('ok\nstill\n');
});

test('it stays small after much has passed', async () => {
  const size = 50 * 2 ** 20;
  const processes = await bench.connect();
  const child = await processes.spawn(bench.request(flood(size)));
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    child.acknowledge(bytes, child.written);
  }
  expect(bytes).toBe(size);
  expect((await processes.stats()).memory).toBeLessThanOrEqual(60 * 2 ** 20);
}, 40_000);
