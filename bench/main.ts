/**
 * All benchmarks: `npm run bench [-- NAME…]`. Every figure is taken against its peer in the same run, since machines are
 * shared and noisy; the exit code is 1 when a figure to reach is missed. `--write` puts the table into docs/benchmarks.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { measureCheckpoint } from './checkpoint.ts';
import { measureDiff } from './diff.ts';
import { measureFanOut } from './fan-out.ts';
import { measureFirstPrompt } from './first-prompt.ts';
import { measureFlood } from './flood.ts';
import { measureKeeper } from './keeper.ts';
import { measureMemory } from './memory.ts';
import { measurePage } from './page-bench.ts';
import { measureReattach } from './reattach.ts';
import { measureStart } from './start.ts';
import type { Row } from './stats.ts';
import { measureStorage } from './storage.ts';
import { measureTurnLatency } from './turn-latency.ts';
import { measureUpdates } from './updates.ts';

const BENCHMARKS: Record<string, () => Promise<Row[]>> = {
  latency: measureTurnLatency,
  first: measureFirstPrompt,
  updates: measureUpdates,
  'fan-out': measureFanOut,
  flood: measureFlood,
  storage: measureStorage,
  keeper: measureKeeper,
  start: measureStart,
  reattach: measureReattach,
  memory: measureMemory,
  checkpoint: measureCheckpoint,
  diff: measureDiff,
  page: measurePage,
};

const args = process.argv.slice(2);
const write = args.includes('--write');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const row of await measure()) {
    rows.push(row);
    console.log(`${row.ok ? '✓' : '✗'} ${row.what}: ${row.figure} (reach ${row.reach})`);
  }
}

if (write) {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`;
  const table = [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}, with \`npm run bench\`.`,
    '',
    '| what | figure | reach | |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.what} | ${row.figure} | ${row.reach} | ${row.ok ? 'yes' : '**no**'} |`),
  ].join('\n');
  const file = new URL('../docs/benchmarks.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [head] = text.split('<!-- results -->');
  writeFileSync(file, `${head ?? ''}<!-- results -->\n\n${table}\n`);
}
process.exitCode = rows.every((row) => row.ok) ? 0 : 1;
