import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PilotlightError } from '@pilotlight/protocol';
import { agentSessionTable } from './agent-sessions.ts';
import { blobTable } from './blobs.ts';
import { budgetTable } from './budgets.ts';
import { chatTable } from './chats.ts';
import { checkpointTable } from './checkpoints.ts';
import { BUSY_TIMEOUT_MS, Database } from './database.ts';
import { frameTable } from './frames.ts';
import { lookAtFile } from './look-at-file.ts';
import { mcpServerTable } from './mcp-servers.ts';
import { messageTable } from './messages.ts';
import { migrate, userVersion } from './migrate.ts';
import { MIGRATIONS, schemaSql, type Migration } from './migrations.ts';
import { permissionTable } from './permissions.ts';
import { policyTable } from './policies.ts';
import { projectTable } from './projects.ts';
import { reviewActionTable } from './review-actions.ts';
import { reviewTable } from './reviews.ts';
import { scriptTable } from './scripts.ts';
import { removedSessionTable } from './removed-sessions.ts';
import { sessionTable, worktreeTable } from './sessions.ts';
import { settingTable } from './settings.ts';
import { corrupt, storeError } from './sqlite-error.ts';
import type { Store } from './store.ts';
import { comparisonTable } from './comparisons.ts';
import { scheduleTable } from './schedules.ts';
import { taskTable } from './tasks.ts';
import { triggerTable } from './triggers.ts';
import { Tidier, fileSize } from './tidier.ts';
import { topicTable } from './topics.ts';
import { turnUsageTable } from './turn-usage.ts';
import { turnTable } from './turns.ts';
import { WalSync } from './wal-sync.ts';

export const DATABASE_NAME = 'pilotlight.db';
/** The version `schema.sql` makes. */
const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

export interface OpenStoreOptions {
  /** made (0700) when it does not exist */
  dataFolder: string;
  /** instead of the shipped ones, for tests of the machinery; those of the shipped versions are taken as shipped */
  migrations?: readonly Migration[];
  /** A quota in bytes for the database file; beyond it every write is `store_full`. None unless told. */
  maxBytes?: number;
}

const PAGE_BYTES = 4096;

function connect(file: string): Database {
  try {
    // Made by us first: SQLite would make it readable for all, and gives the log the same mode.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const raw = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    return new Database(file, raw);
  } catch (error) {
    throw storeError(error, file);
  }
}

function configure(database: Database): void {
  // Both only take effect before the first table is made.
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL');
  // FULL: what commits outside a transaction of ours (a single statement) is on disk when it returns.
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec('PRAGMA cache_size = -8000');
  database.exec('PRAGMA wal_autocheckpoint = 1000');
  database.exec('PRAGMA journal_size_limit = 8388608');
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === null;
}

function prepare(database: Database, migrations: readonly Migration[]): void {
  configure(database);
  // SQLite opens a file it may not write without a word; a transaction for writing tells.
  database.exec('BEGIN IMMEDIATE; ROLLBACK');
  if (userVersion(database) === 0) {
    if (!isEmpty(database)) throw corrupt(database.file, undefined, 'it belongs to another program');
    database.transaction(() => {
      database.exec(schemaSql());
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  }
  migrate(database, migrations);
}

/** @throws PilotlightError `store_newer` */
export function refuseNewer(file: string, version: number, newest = SCHEMA_VERSION): void {
  if (version <= newest) return;
  throw new PilotlightError(
    'store_newer',
    `The database ${file} has schema version ${version}; this server knows versions up to ${newest}. It was left ` +
      'untouched. Start the newer server that wrote it, or restore a backup that is as old as this server.',
    { details: { file, version, newest } },
  );
}

/**
 * Opens the database of a data folder, makes it when there is none, and brings it to the newest version.
 * A second server must be kept away by `lockDataFolder` before.
 * @throws PilotlightError `store_newer`, `store_corrupt`, `store_readonly`, `store_full`
 */
export function openStore(options: OpenStoreOptions): Store {
  const migrations = options.migrations ?? MIGRATIONS;
  const file = join(options.dataFolder, DATABASE_NAME);
  try {
    mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
    chmodSync(options.dataFolder, 0o700);
  } catch (error) {
    throw storeError(error, file);
  }
  refuseNewer(file, lookAtFile(file) ?? 0, migrations.at(-1)?.version);
  const database = connect(file);
  try {
    prepare(database, migrations);
    if (options.maxBytes !== undefined) {
      database.exec(`PRAGMA max_page_count = ${Math.floor(options.maxBytes / PAGE_BYTES)}`);
    }
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
  return storeOf(database);
}

function storeOf(database: Database): Store {
  const { file } = database;
  const frames = frameTable(database);
  const tidier = new Tidier(database, frames);
  const walSync = new WalSync(file);
  return {
    file,
    transaction: (work, durability) => database.transaction(work, durability),
    synced: () => walSync.synced(),
    get inTransaction() {
      return database.inTransaction;
    },
    projects: projectTable(database),
    reviews: reviewTable(database),
    reviewActions: reviewActionTable(database),
    scripts: scriptTable(database),
    sessions: sessionTable(database),
    worktrees: worktreeTable(database),
    chats: chatTable(database),
    turns: turnTable(database),
    messages: messageTable(database),
    agentSessions: agentSessionTable(database),
    permissions: permissionTable(database),
    policies: policyTable(database),
    budgets: budgetTable(database),
    turnUsage: turnUsageTable(database),
    tasks: taskTable(database),
    comparisons: comparisonTable(database),
    schedules: scheduleTable(database),
    triggers: triggerTable(database),
    checkpoints: checkpointTable(database),
    removedSessions: removedSessionTable(database),
    blobs: blobTable(database),
    settings: settingTable(database),
    mcpServers: mcpServerTable(database),
    frames,
    topics: topicTable(database),
    sizeBytes: () => fileSize(file) + fileSize(`${file}-wal`),
    tidy: () => tidier.step(),
    shortenLog: () => tidier.shortenLog(),
    [Symbol.dispose]() {
      void walSync.close();
      database[Symbol.dispose]();
    },
  };
}
