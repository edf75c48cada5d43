import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';

const SQLITE_BUSY = 5;
const RETRY_MS = 200;

/**
 * Takes a lock that only one holder has at a time, waiting for it as long as needed; disposing gives it back.
 * `onWait` is called once when there is something to wait for.
 * An SQLite transaction stands behind it, so that the system takes the lock back from a process that dies.
 */
export async function takeInstallLock(path: string, onWait: () => void): Promise<Disposable> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  for (let attempt = 0; !tryLock(database); attempt++) {
    if (attempt === 0) onWait();
    await wait(RETRY_MS);
  }
  return { [Symbol.dispose]: () => database.close() };
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
