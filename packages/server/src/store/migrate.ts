import { chmodSync, renameSync, rmSync } from 'node:fs';
import { PilotlightError } from '@pilotlight/protocol';
import { number } from './columns.ts';
import type { Database } from './database.ts';
import type { Migration } from './migrations.ts';
import { storeError } from './sqlite-error.ts';

export function userVersion(database: Database): number {
  return number(database.prepare('PRAGMA user_version').get() ?? { user_version: 0 }, 'user_version');
}

/** The copy that is kept of a database of that version before it is migrated. */
export function backupFile(file: string, version: number): string {
  return `${file}.v${version}.bak`;
}

/** A whole copy under its final name, or none: a copy cut short never looks like a backup. */
function keepCopy(database: Database, version: number): void {
  const target = backupFile(database.file, version);
  const unfinished = `${target}.tmp`;
  try {
    rmSync(unfinished, { force: true });
    database.prepare('VACUUM INTO ?').run(unfinished);
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw storeError(error, target);
  }
}

function step(database: Database, migration: Migration): void {
  database.transaction(() => {
    database.exec(migration.sql());
    const [broken] = database.prepare('PRAGMA foreign_key_check').all();
    if (broken !== undefined) {
      throw new PilotlightError(
        'internal',
        `Migration ${migration.name} left a row of table ${String(broken['table'])} of ${database.file} that names a ` +
          'missing row. The database was left as it was before; report this.',
      );
    }
    database.exec(`PRAGMA user_version = ${migration.version}`);
  });
}

/**
 * Brings the database to the newest of `migrations`, each in a transaction of its own, after keeping a copy.
 * An empty database (version 0) is not copied.
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const version = userVersion(database);
  const due = migrations.filter((migration) => migration.version > version);
  if (due.length === 0) return;
  if (version > 0) keepCopy(database, version);
  // Rebuilding a table that others refer to needs them off; it cannot be changed inside a transaction.
  database.exec('PRAGMA foreign_keys = OFF');
  try {
    for (const migration of due) step(database, migration);
  } finally {
    database.exec('PRAGMA foreign_keys = ON');
  }
}
