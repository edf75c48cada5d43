import { connectKeeper, Ledger, LocalProcesses, type ProcessPort } from '@pilotlight/keeper';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile, round, type Row } from './stats.ts';

const ROUNDS = 4000;
const WARM_UP = 400;
const LINE = `${'x'.repeat(200)}\n`;
const FLOOD = 50 * 2 ** 20;
const MIB = 2 ** 20;

/** What the keeper adds to a line to a child and back, over a child of this process, in turn; and what it weighs. */
export async function measureKeeper(): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-keeper-'));
  const folders = { dataFolder: root, ledgerFolder: join(root, 'processes') };
  const local = new LocalProcesses(new Ledger(folders.ledgerFolder));
  const kept = await connectKeeper(folders);
  try {
    const idle = await kept.stats();
    const near = await startEcho(local);
    const far = await startEcho(kept);
    const [direct, through]: [number[], number[]] = [[], []];
    for (let at = 0; at < ROUNDS + WARM_UP; at++) {
      const one = await near();
      const other = await far();
      if (at < WARM_UP) continue;
      direct.push(one);
      through.push(other);
    }
    await flood(kept);
    const after = await kept.stats();
    const added = (share: number): number => quantile(through, share) - quantile(direct, share);
    const medians = `${round(quantile(direct, 0.5), 3)} ms, through the keeper ${round(quantile(through, 0.5), 3)} ms`;
    const memory = Math.max(idle.memory, after.memory) / MIB;
    return [
      {
        what: `keeper: added to a line's way to a child and back, p50 of ${ROUNDS} (own child ${medians})`,
        figure: `${round(added(0.5), 3)} ms`,
        reach: '≤ 0.3 ms',
        ok: added(0.5) <= 0.3,
      },
      {
        what: 'keeper: the same, p99 against p99',
        figure: `${round(added(0.99), 3)} ms`,
        reach: '≤ 10 ms',
        ok: added(0.99) <= 10,
      },
      {
        what: `keeper: memory, idle ${round(idle.memory / MIB, 1)} MB, after 50 MB of output`,
        figure: `${round(after.memory / MIB, 1)} MB`,
        reach: '≤ 60 MB',
        ok: memory <= 60,
      },
    ];
  } finally {
    await Promise.all([local.dispose(), kept.shutdown()]);
    rmSync(root, { recursive: true, force: true });
  }
}

/** Gives what makes one round trip and says how many milliseconds it took. */
async function startEcho(processes: ProcessPort): Promise<() => Promise<number>> {
  const child = await processes.spawn({
    owner: 'Echo',
    command: process.execPath,
    args: [fileURLToPath(new URL('./echo-child.ts', import.meta.url))],
    cwd: tmpdir(),
    env: {},
  });
  const stdout = child.stdout[Symbol.asyncIterator]();
  let read = 0;
  let expected = 0;
  return async () => {
    const start = performance.now();
    expected += LINE.length;
    await child.write(LINE);
    while (read < expected) {
      const { done, value } = await stdout.next();
      if (done === true) throw new Error('the echo has ended');
      read += value.length;
    }
    const took = performance.now() - start;
    child.acknowledge(read, child.written);
    return took;
  };
}

async function flood(processes: ProcessPort): Promise<void> {
  const script = `const b = Buffer.alloc(65536, "y"); for (let n = 0; n < ${FLOOD / 65536}; n++) process.stdout.write(b)`;
  const request = { owner: 'Flood', command: process.execPath, args: ['-e', script], cwd: tmpdir(), env: {} };
  const child = await processes.spawn(request);
  let read = 0;
  for await (const chunk of child.stdout) child.acknowledge((read += chunk.length), child.written);
  if (read !== FLOOD) throw new Error(`${read} bytes came`);
}
