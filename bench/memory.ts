import { stopKeepers } from '@pilotlight/keeper';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { seedSessions, SESSIONS } from './seed-history.ts';
import { endCommand, startCommand } from './start.ts';
import { quantile, round, type Row } from './stats.ts';

const ROUNDS = 3;
const MB = 1e6;

/**
 * What the server takes: as a user starts it, three seconds after its start; and by how much it grows when a client
 * reads the list of 1,000 cold sessions, over that of none, both after a forced collection of garbage.
 */
export async function measureMemory(): Promise<Row[]> {
  const idle = await measureIdle();
  const without = await measureListed(0);
  const withThem = await measureListed(SESSIONS);
  const each = (withThem.heap - without.heap) / SESSIONS;
  const eachResident = (withThem.resident - without.resident) / SESSIONS;
  return [
    ...(idle === null
      ? []
      : [
          {
            what: `server memory: resident, idle three seconds after its start, median of ${ROUNDS}`,
            figure: `${round(idle / MB, 1)} MB`,
            reach: '≤ 120 MB',
            ok: idle <= 120 * MB,
          },
        ]),
    {
      what: `server memory: for each of ${SESSIONS} cold sessions whose list a client has read, resident after a forced collection (heap ${round(each / 1000, 2)} KB)`,
      figure: `${round(eachResident / 1000, 2)} KB`,
      reach: '≤ 10 KB',
      ok: eachResident <= 10_000,
    },
  ];
}

/** null where there is no /proc */
async function measureIdle(): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-memory-'));
  const dataFolder = join(root, 'data');
  const samples: number[] = [];
  try {
    for (let n = 0; n <= ROUNDS; n++) {
      const server = await startCommand(dataFolder, root);
      await pause(3000);
      const [, kilobytes] =
        /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8')) ?? [];
      // The first start compiles the server.
      if (n > 0) samples.push(Number(kilobytes) * 1024);
      await endCommand(server);
    }
  } finally {
    await stopKeepers(dataFolder);
    rmSync(root, { recursive: true, force: true });
  }
  return quantile(samples, 0.5);
}

/** Bytes by which a server has grown once the list of so many sessions was read. */
async function measureListed(sessions: number): Promise<{ resident: number; heap: number }> {
  const [resident, heap]: [number[], number[]] = [[], []];
  for (let n = 0; n < ROUNDS; n++) {
    const server = await startBenchServer((folder) => seedSessions(folder, sessions));
    try {
      const before = await server.memory();
      await readIndex(server);
      await pause(300);
      const after = await server.memory();
      resident.push(after.resident - before.resident);
      heap.push(after.heap - before.heap);
    } finally {
      await server.close();
    }
  }
  return { resident: quantile(resident, 0.5), heap: quantile(heap, 0.5) };
}

async function readIndex({ client }: BenchServer): Promise<void> {
  const read = Promise.withResolvers<void>();
  using _following = client.followIndex({ onState: () => read.resolve(), onError: read.reject });
  await read.promise;
}
