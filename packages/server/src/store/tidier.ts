import { statSync } from 'node:fs';
import type { Database } from './database.ts';
import type { FrameTable } from './frames.ts';

/** Pages given back to the file system in one step; measured to stay well under 10 ms. */
const PAGES_A_STEP = 64;

export function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Removes folded frames, gives free pages back and empties the write-ahead log, one small step a call, so that an idle server's files are as
 * small as their content.
 */
export class Tidier {
  readonly #database: Database;
  readonly #frames: FrameTable;
  readonly #wal: string;

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
    if (fileSize(this.#wal) === 0) return false;
    // Busy (another connection reads) is no error: the log is emptied another time.
    this.#database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    return false;
  }

  #freePages(): number {
    return Number(this.#database.prepare('PRAGMA freelist_count').get()?.['freelist_count'] ?? 0);
  }
}
