import { PilotlightError } from '@pilotlight/protocol/error';
import { setTimeout as delay } from 'node:timers/promises';
import { openKeeperFolder, readOrMakeSecret, type KeeperFolder } from './keeper-folder.ts';
import { KeeperLink } from './keeper-link.ts';
import { liveKeeper, liveKeepers, type KeeperRecord } from './keeper-records.ts';
import { KeeperProcesses } from './keeper-processes.ts';
import { defaultRetainLimits, type RetainLimits } from './retained-output.ts';
import { ensureRuntimeFolder, socketPath } from './runtime-path.ts';
import { startDaemon } from './start-daemon.ts';
import type { KillDeadlines } from './process-port.ts';
import { VERSION } from './wire.ts';

export interface KeeperConnectOptions {
  /** made when it is missing; the keeper's own files go to `keeper/` in it */
  dataFolder: string;
  /** where the ledger of processes is */
  ledgerFolder: string;
  /** of the kill ladder in `dispose` */
  deadlines?: KillDeadlines;
  /** of the protocol; for tests */
  version?: number;
  /** Of a keeper that has to be started: milliseconds without a process and a server after which it ends, one minute unless told. */
  idleMs?: number;
  /** … bytes of output that are kept for each process, in memory and in all */
  retain?: Partial<RetainLimits>;
  /** … bytes of output in memory for all processes, 16 MiB unless told */
  memoryLimit?: number;
  /** … bytes of a line to stdin, 160 MiB unless told */
  lineLimit?: number;
  /** … how long a program that was started for one request may run on without its server: milliseconds, 5 s unless told */
  orphanMs?: number;
  /** … how often it looks whether its socket is still there, since some systems clean the folder: milliseconds, 10 s unless told */
  lookMs?: number;
}

/** As long as a keeper that stops may take to end its processes. */
const connectMs = 20_000;

/**
 * The processes of a data folder, owned by its keeper; it is started when none runs. Another server that is connected
 * loses them to this one.
 * @throws PilotlightError `agent_unavailable` when it cannot be started, `config_invalid` when its runtime folder is not ours
 */
export async function connectKeeper(options: KeeperConnectOptions): Promise<KeeperProcesses> {
  const folder = openKeeperFolder(options.dataFolder);
  const secret = readOrMakeSecret(folder.secret);
  const version = options.version ?? VERSION;
  const connect = (): Promise<KeeperLink> => openCurrent(folder, secret, version, options);
  return new KeeperProcesses(await connect(), {
    deadlines: options.deadlines,
    connect,
    others: async () =>
      openAll(
        liveKeepers(folder.keepers).filter((one) => one.version !== version),
        secret,
      ),
  });
}

/** Starts the keeper of a data folder when none runs, and connects to none. @throws PilotlightError as `connectKeeper` */
export async function startKeeper(options: KeeperConnectOptions): Promise<void> {
  const folder = openKeeperFolder(options.dataFolder);
  readOrMakeSecret(folder.secret);
  const version = options.version ?? VERSION;
  if (!liveKeeper(folder.keepers, version)) await start(folder, version, options);
}

/** Ends every process of a data folder and its keepers, without being their server. Gives how many keepers there were. */
export async function stopKeepers(dataFolder: string, deadlines?: KillDeadlines): Promise<number> {
  const folder = openKeeperFolder(dataFolder);
  const keepers = liveKeepers(folder.keepers);
  const links = await openAll(keepers, readOrMakeSecret(folder.secret), true);
  await Promise.all(
    links.map(async (link) => {
      await link.request('shutdown', deadlines === undefined ? {} : { deadlines });
      await link.ended;
    }),
  );
  return links.length;
}

async function openCurrent(
  folder: KeeperFolder,
  secret: string,
  version: number,
  options: KeeperConnectOptions,
): Promise<KeeperLink> {
  const limit = performance.now() + connectMs;
  for (;;) {
    const keeper = liveKeeper(folder.keepers, version);
    if (!keeper) {
      await start(folder, version, options);
      continue;
    }
    try {
      return await KeeperLink.open(keeper, secret);
    } catch (cause) {
      // It begins to listen, or ends.
      if (cause instanceof PilotlightError && cause.code !== 'agent_failed') throw cause;
      if (performance.now() > limit) throw silent(keeper, cause);
      await delay(10);
    }
  }
}

async function start(folder: KeeperFolder, version: number, options: KeeperConnectOptions): Promise<void> {
  const socket = socketPath(folder.data, version);
  ensureRuntimeFolder(socket);
  await startDaemon({
    folder,
    ledgerFolder: options.ledgerFolder,
    socket,
    version,
    idleMs: options.idleMs ?? 60_000,
    retain: { ...defaultRetainLimits, ...options.retain },
    memoryLimit: options.memoryLimit ?? 16 * 2 ** 20,
    lookMs: options.lookMs ?? 10_000,
    orphanMs: options.orphanMs ?? 5_000,
    ...(options.lineLimit === undefined ? {} : { lineLimit: options.lineLimit }),
  });
}

/** Those that listen; one that has just ended is none. */
async function openAll(keepers: KeeperRecord[], secret: string, observer = false): Promise<KeeperLink[]> {
  const links = await Promise.allSettled(keepers.map((one) => KeeperLink.open(one, secret, observer)));
  return links.flatMap((link) => (link.status === 'fulfilled' ? [link.value] : []));
}

function silent(keeper: KeeperRecord, cause: unknown): PilotlightError {
  return new PilotlightError(
    'agent_unavailable',
    `The keeper of this data folder (process ${keeper.pid}) runs, but does not answer at ${keeper.socket}. Look at it, or end it with kill ${keeper.pid}.`,
    { cause },
  );
}
