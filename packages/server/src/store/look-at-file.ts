import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { corrupt, storeError } from './sqlite-error.ts';
import { fileSize } from './tidier.ts';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
/** Bytes of the header of a database file (sqlite.org/fileformat.html, 1.3). */
const HEADER = 100;

function header(file: string): Buffer {
  const buffer = Buffer.alloc(HEADER);
  const descriptor = openSync(file, 'r');
  try {
    const read = readSync(descriptor, buffer, 0, HEADER, 0);
    return buffer.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}

/** Checks that cost the same at any size: what a start can afford on a database of gigabytes. */
function checkHeader(file: string): void {
  const bytes = header(file);
  if (bytes.length < HEADER || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw corrupt(file, undefined, 'it does not begin as a SQLite database');
  }
  const stored = bytes.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const pages = bytes.readUInt32BE(28);
  // With a write-ahead log the file may still be shorter than its header says.
  if (fileSize(`${file}-wal`) === 0 && statSync(file).size < pages * pageSize) {
    throw corrupt(file, undefined, 'its end is missing');
  }
}

/**
 * The `user_version` of an existing database, read without writing to it; null when there is none yet.
 * @throws PilotlightError `store_corrupt`, `store_readonly`
 */
export function lookAtFile(file: string): number | null {
  if (fileSize(file) === 0) return null;
  try {
    checkHeader(file);
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    try {
      return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeError(error, file);
  }
}
