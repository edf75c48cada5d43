/** The keeper's process. Started by `start-daemon.ts`, which hands over the options and waits at descriptor 3. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  writeSync,
  existsSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readOrMakeSecret, type KeeperFolder } from './keeper-folder.ts';
import { claim } from './keeper-records.ts';
import { Keeper } from './keeper.ts';
import type { RetainLimits } from './retained-output.ts';
import { ensureRuntimeFolder } from './runtime-path.ts';

/** What the starter says, as JSON in the first argument. */
export interface DaemonOptions {
  folder: KeeperFolder;
  ledgerFolder: string;
  socket: string;
  version: number;
  idleMs: number;
  retain: RetainLimits;
  memoryLimit: number;
  /** how often it looks whether its socket is still there */
  lookMs: number;
  orphanMs: number;
  lineLimit?: number;
}

const logLimit = 256 * 1024;
const options = JSON.parse(process.argv[2] ?? '') as DaemonOptions;

function log(text: string): void {
  try {
    const { log: path } = options.folder;
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logLimit) rmSync(path, { force: true });
    appendFileSync(path, `${new Date().toISOString()} ${process.pid} ${text}\n`, { mode: 0o600 });
  } catch {
    // A full disk must not end it.
  }
}

/** Tells the starter, who may be gone. */
function report(message: { ready: true } | { other: true } | { error: string }): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
    closeSync(3);
  } catch {
    // Nobody waits.
  }
}

async function run(): Promise<void> {
  const { folder, version, socket } = options;
  ensureRuntimeFolder(socket);
  if (!claim(folder.keepers, version, socket)) return report({ other: true });
  const spillFolder = join(folder.spill, `v${version}`);
  // Of a keeper that died: its processes are gone, and nobody can ask for their output.
  rmSync(spillFolder, { recursive: true, force: true });
  mkdirSync(spillFolder, { mode: 0o700 });
  const secret = readOrMakeSecret(folder.secret);
  const { ledgerFolder, idleMs, retain, memoryLimit, orphanMs, lineLimit } = options;
  const keeper = new Keeper({
    version,
    secret,
    ledgerFolder,
    spillFolder,
    idleMs,
    retain,
    memoryLimit,
    orphanMs,
    lineLimit,
    log,
  });
  let server = await listen(keeper, socket);
  log(`listening, version ${version}`);
  report({ ready: true });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void keeper.shutdown());
  process.on('SIGHUP', () => {});
  const look = setInterval(() => {
    if (!existsSync(folder.secret)) {
      // No server can come any more.
      log('the data folder is gone');
      void keeper.shutdown();
      return;
    }
    if (process.platform === 'win32' || lstatSync(socket, { throwIfNoEntry: false })) return;
    server.close();
    listen(keeper, socket).then(
      (another) => (server = another),
      (cause: unknown) => log(`cannot listen again: ${String(cause)}`),
    );
  }, options.lookMs);
  await keeper.done;
  clearInterval(look);
  server.close();
  rmSync(spillFolder, { recursive: true, force: true });
  log('ended');
  // What still lies in a socket goes out before it is closed.
  setImmediate(() => process.exit(0));
}

/** Only the holder of the lock comes here, so a socket that is there is a dead keeper's. */
async function listen(keeper: Keeper, path: string): Promise<ReturnType<typeof createServer>> {
  const pipe = process.platform === 'win32';
  if (!pipe) {
    ensureRuntimeFolder(path);
    rmSync(path, { force: true });
  }
  const server = createServer((socket) => keeper.accept(socket));
  const mask = pipe ? 0 : process.umask(0o177);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // Bound by now; the processes get the mask that the server had.
  if (!pipe) process.umask(mask);
  await listening;
  if (!pipe) chmodSync(path, 0o600);
  return server;
}

process.on('uncaughtException', (cause) => log(`defect: ${cause.stack ?? String(cause)}`));
process.on('unhandledRejection', (cause) => log(`defect: ${String(cause)}`));
run().catch((cause: unknown) => {
  log(`cannot start: ${String(cause)}`);
  report({ error: cause instanceof Error ? cause.message : String(cause) });
  process.exit(1);
});
