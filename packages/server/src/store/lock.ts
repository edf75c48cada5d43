import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PilotlightError } from '@pilotlight/protocol';
import { storeError } from './sqlite-error.ts';

/**
 * One server a data folder.
 *
 * What excludes is an exclusive SQLite lock on a tiny file, which the operating system gives back when its holder dies,
 * however it dies: no stale lock exists, and of two starters exactly one wins. `server.json` beside it only says who
 * the holder is; what it says of a dead process is never believed.
 */
const LOCK_NAME = 'server.lock';
const INFO_NAME = 'server.json';
/** SQLITE_BUSY */
const BUSY = 5;

/** Who holds a data folder. Times and ids are what /proc says, null where there is no /proc. */
export interface ServerInfo {
  pid: number;
  /** clock ticks since boot; with the boot id it tells a process from a later one of the same pid */
  startTime: number | null;
  bootId: string | null;
  /** where it listens; null until it does */
  url: string | null;
}

export interface DataFolderLock extends Disposable {
  /** the locked file */
  readonly file: string;
  /** Says where the server listens, for others that look for it. */
  announce(url: string): void;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets, so counting starts behind it. */
function startTimeOf(pid: number): number | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[19]);
}

function bootId(): string | null {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function isAlive(info: ServerInfo): boolean {
  if (info.bootId !== bootId() || info.startTime !== startTimeOf(info.pid)) return false;
  try {
    process.kill(info.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parse(text: string): ServerInfo | null {
  try {
    const info = JSON.parse(text) as ServerInfo;
    return typeof info.pid === 'number' ? info : null;
  } catch {
    return null;
  }
}

/** The server that says it serves this data folder, when its process is alive. */
export function readServerInfo(folder: string): ServerInfo | null {
  const text = readOrNull(join(folder, INFO_NAME));
  const info = text === null ? null : parse(text);
  return info !== null && isAlive(info) ? info : null;
}

function writeInfo(folder: string, info: ServerInfo): void {
  const file = join(folder, INFO_NAME);
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(info)}\n`, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw storeError(error, file);
  }
}

function inUse(folder: string): PilotlightError {
  const holder = readServerInfo(folder);
  const pid = holder?.pid ?? null;
  const url = holder?.url ?? null;
  const who = pid === null ? 'another server' : `the server with process id ${pid}`;
  const where = url === null ? '' : ` at ${url}`;
  return new PilotlightError(
    'data_folder_in_use',
    `The data folder ${folder} is in use by ${who}${where}. Use that server, stop it first, or start this one with ` +
      'another data folder.',
    { details: { folder, pid, url } },
  );
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === BUSY
  );
}

/** Held by a transaction that never writes: nothing is left in the file to recover from. */
function lockFile(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Makes this process the only server of the data folder (made, 0700, when it does not exist), until disposed or dead.
 * @throws PilotlightError `data_folder_in_use` with details `{folder, pid, url}`, `store_readonly`, `store_full`
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const file = join(folder, LOCK_NAME);
  let database: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    database = lockFile(file);
  } catch (error) {
    throw isBusy(error) ? inUse(folder) : storeError(error, file);
  }
  const self = { pid: process.pid, startTime: startTimeOf(process.pid), bootId: bootId() };
  try {
    writeInfo(folder, { ...self, url: null });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    file,
    announce: (url) => writeInfo(folder, { ...self, url }),
    [Symbol.dispose]() {
      if (!database.isOpen) return;
      rmSync(join(folder, INFO_NAME), { force: true });
      database.close();
    },
  };
}
