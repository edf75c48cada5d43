import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { liveKeepers } from '../src/keeper-records.ts';
import { agent, checkTranscript, inputLine } from './chatter.ts';
import { alive, KeeperBench, only } from './harness.ts';
import type { ServerChildOptions } from './server-child.ts';

const program = fileURLToPath(new URL('./server-child.ts', import.meta.url));

/** Resolves with the signal or code by which it ended. */
async function server(options: ServerChildOptions): Promise<string | number> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code ?? 'nothing';
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test('servers killed at any moment, one after another: the agent hears every line once, every byte it says is kept once', async () => {
  await using bench = new KeeperBench();
  const file = join(bench.root, 'committed');
  writeFileSync(file, '');
  const options: ServerChildOptions = {
    data: bench.data,
    ledger: bench.ledger,
    request: bench.request(agent),
    file,
    act: 'talk',
    dieAfter: 0,
  };
  const next = random(20_261_125);
  const seen = new Set<number>();
  for (let round = 0; round < 24; round++) {
    expect(await server({ ...options, dieAfter: 1 + Math.floor(next() * 40) })).toBe('SIGKILL');
    for (const keeper of liveKeepers(join(bench.data, 'keeper', 'keepers'))) seen.add(keeper.pid);
  }
  expect(await server({ ...options, dieAfter: null })).toBe(0);
  expect(seen.size).toBe(1);
  const { chat, echoed } = checkTranscript(readFileSync(file, 'utf8'));
  expect(chat).toBeGreaterThan(100);
  expect(echoed).toBeGreaterThan(20);
}, 60_000);

test('what the dead server wrote and did not acknowledge is told by its heads', async () => {
  await using bench = new KeeperBench();
  const file = join(bench.root, 'committed');
  writeFileSync(file, '');
  const request = bench.request('process.stdin.resume()');
  const options = { data: bench.data, ledger: bench.ledger, request, file, act: 'talk' as const };
  expect(await server({ ...options, dieAfter: 5 })).toBe('SIGKILL');
  const processes = await bench.connect();
  const { input } = only(await processes.left());
  const lines = Array.from({ length: input.lines.length }, (_, at) => inputLine(at));
  // The half line of the dead one is not among them.
  expect(lines.length).toBeLessThanOrEqual(4);
  expect(input.accepted).toBe(lines.join('').length);
  expect(input.lines.map(({ head }) => head)).toEqual(lines.map((line) => line.slice(0, -1).slice(0, 256)));
});

test('the kill ladder goes on when the server dies on it', async () => {
  await using bench = new KeeperBench();
  const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log(process.pid)';
  const options = { data: bench.data, ledger: bench.ledger, request: bench.request(deaf), file: '' };
  expect(await server({ ...options, act: 'end', dieAfter: null })).toBe('SIGKILL');
  const processes = await bench.connect();
  await expect.poll(async () => only(await processes.left()).exit).toEqual({ code: null, signal: 'SIGKILL' });
  const left = only(await processes.left());
  expect(alive(left.pid)).toBe(false);
  await left.end();
});
