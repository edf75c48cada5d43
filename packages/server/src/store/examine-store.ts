import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BUSY_TIMEOUT_MS } from './database.ts';
import { lookAtFile } from './look-at-file.ts';
import { DATABASE_NAME, refuseNewer } from './open-store.ts';
import { corrupt, storeError } from './sqlite-error.ts';
import { fileSize } from './tidier.ts';

/**
 * Reads through the database of a data folder, as no start of a server can afford, and writes nothing. Answers its bytes
 * on disk; null when there is none yet.
 * @throws PilotlightError as `openStore`
 */
export function examineStore(dataFolder: string): number | null {
  const file = join(dataFolder, DATABASE_NAME);
  const version = lookAtFile(file);
  if (version === null) return null;
  refuseNewer(file, version);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const first = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
      if (version === 0 && first !== undefined)
        throw corrupt(file, undefined, 'it belongs to another program');
      const said = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
      if (said !== 'ok') throw corrupt(file, undefined, said.replace(/\s+/g, ' '));
    } finally {
      database.close();
    }
  } catch (error) {
    throw storeError(error, file);
  }
  return fileSize(file) + fileSize(`${file}-wal`);
}
