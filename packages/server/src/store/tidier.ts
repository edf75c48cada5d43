import { statSync } from 'node:fs';
import { BUSY_TIMEOUT_MS, type Database } from './database.ts';
import type { FrameTable } from './frames.ts';

/** Pages given back to the file system in one step; measured to stay well under 10 ms. */
const PAGES_A_STEP = 64;
/**
 * What a turn wrote is in the log and in the database. A log that grew by more than this in one turn does not stay when it
 * has ended; the little that short turns add goes when the server is idle, off the way of the next prompt.
 */
const LOG_GROWTH = 1024 * 1024;

export function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Removes folded frames, gives free pages back and empties the write-ahead log, one small step a call, so that an idle
 * server's files are as small as their content.
 */
export class Tidier {
  readonly #database: Database;
  readonly #frames: FrameTable;
  readonly #wal: string;
  /** the log's bytes when a turn ended last */
  #logBefore = 0;

  constructor(database: Database, frames: FrameTable) {
    this.#database = database;
    this.#frames = frames;
    this.#wal = `${database.file}-wal`;
  }

  /** True while more is to do. */
  step(): boolean {
    if (this.#frames.sweep()) return true;
    if (this.#freePages() > 0) {
      this.#database.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
      return true;
    }
    if (fileSize(this.#wal) > 0) this.#emptyLog();
    return false;
  }

  shortenLog(): void {
    if (fileSize(this.#wal) - this.#logBefore > LOG_GROWTH) this.#emptyLog();
    // What could not be emptied is still to be.
    const size = fileSize(this.#wal);
    if (size - this.#logBefore <= LOG_GROWTH) this.#logBefore = size;
  }

  #emptyLog(): void {
    // Busy (another program reads) is no error, and not waited for: the log is emptied another time.
    this.#database.exec('PRAGMA busy_timeout = 0');
    try {
      this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  #freePages(): number {
    return Number(this.#database.prepare('PRAGMA freelist_count').get()?.['freelist_count'] ?? 0);
  }
}
