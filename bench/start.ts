import { stopKeepers } from '@pilotlight/keeper';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededHistory, SESSIONS } from './seed-history.ts';
import { quantile, round, type Row } from './stats.ts';

const ROUNDS = 9;
const COMMAND = fileURLToPath(new URL('../packages/cli/bin/pilotlight.js', import.meta.url));

const BUILD = fileURLToPath(new URL('../packages/cli/build.ts', import.meta.url));

let isBuilt = false;

/** A server as a user starts it: nobody helps, and the keeper must be started too. */
export interface StartedServer {
  child: ChildProcess;
  url: string;
  token: string;
  /** ms from the spawn to the first answer that says it is up */
  healthyMs: number;
}

export async function startCommand(
  dataFolder: string,
  cacheFolder: string,
  port = 0,
): Promise<StartedServer> {
  if (!isBuilt) execFileSync(process.execPath, [BUILD]);
  isBuilt = true;
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'serve', '--data', dataFolder, '--port', String(port)], {
    env: { ...process.env, XDG_CACHE_HOME: cacheFolder, PILOTLIGHT_SPARES: '0' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [{ url }] = (await Promise.race([once(child, 'message'), tooSoon(child)])) as [{ url: string }];
  const token = readFileSync(join(dataFolder, 'token'), 'utf8').trim();
  const answer = await fetch(`${url}/api/health`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`health answers ${answer.status}`);
  const healthyMs = performance.now() - began;
  await answer.body?.cancel();
  return { child, url, token, healthyMs };
}

async function tooSoon(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error('the server ended before it was up');
}

export async function endCommand(
  { child }: StartedServer,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** From the spawn of the command to its first healthy answer: with much history, without any, and Node alone, in turns. */
export async function measureStart(): Promise<Row[]> {
  const history = seededHistory();
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-start-'));
  const empty = join(root, 'data');
  const [full, none, node]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let n = 0; n <= ROUNDS; n++) {
      const samples = [
        await startOnce(history.dataFolder, root),
        await startOnce(empty, root),
        startNode(),
      ] as const;
      // The first start of all compiles the server, and reads what it needs from the disk.
      if (n === 0) continue;
      full.push(samples[0]);
      none.push(samples[1]);
      node.push(samples[2]);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const median = (sample: number[]) => `${round(quantile(sample, 0.5), 0)} ms`;
  const best = round(quantile(full, 0), 0);
  const size = round(history.bytes / 1e9, 1);
  return [
    {
      what: `server start to healthy with ${SESSIONS} sessions and ${size} GB of history, its keeper included, median of ${ROUNDS} (best ${best} ms; without history ${median(none)}; Node alone ${median(node)})`,
      figure: median(full),
      reach: '≤ 500 ms',
      ok: quantile(full, 0.5) <= 500,
    },
  ];
}

async function startOnce(dataFolder: string, cacheFolder: string): Promise<number> {
  const server = await startCommand(dataFolder, cacheFolder);
  await endCommand(server);
  await stopKeepers(dataFolder);
  return server.healthyMs;
}

function startNode(): number {
  const began = performance.now();
  execFileSync(process.execPath, ['-e', '0']);
  return performance.now() - began;
}
