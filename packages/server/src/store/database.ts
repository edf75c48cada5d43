import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { storeError } from './sqlite-error.ts';

/** How long a statement waits for another program that holds the file. */
export const BUSY_TIMEOUT_MS = 5000;

export type Row = Record<string, SQLOutputValue>;

/** A prepared statement whose failures are PilotlightErrors. Prepared at its first use. */
export class Statement {
  readonly #database: Database;
  readonly #sql: string;
  #prepared: StatementSync | null = null;

  constructor(database: Database, sql: string) {
    this.#database = database;
    this.#sql = sql;
  }

  run(...values: SQLInputValue[]): void {
    try {
      this.#statement().run(...values);
    } catch (error) {
      throw storeError(error, this.#database.file);
    }
  }

  get(...values: SQLInputValue[]): Row | null {
    try {
      return this.#statement().get(...values) ?? null;
    } catch (error) {
      throw storeError(error, this.#database.file);
    }
  }

  all(...values: SQLInputValue[]): Row[] {
    try {
      return this.#statement().all(...values);
    } catch (error) {
      throw storeError(error, this.#database.file);
    }
  }

  #statement(): StatementSync {
    this.#prepared ??= this.#database.raw.prepare(this.#sql);
    return this.#prepared;
  }
}

/**
 * What a COMMIT waits for. `synced`: the bytes are on the disk (fsync), so that not even a power loss takes them.
 * `written`: they are the system's, so that no death of this process takes them.
 */
export type Durability = 'synced' | 'written';

const SYNCHRONOUS: Record<Durability, string> = {
  synced: 'PRAGMA synchronous = FULL',
  written: 'PRAGMA synchronous = NORMAL',
};

/** One SQLite connection: transactions that nest by joining, statements that fail with PilotlightErrors. */
export class Database implements Disposable {
  readonly file: string;
  readonly raw: DatabaseSync;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #onForget: (() => void)[] = [];
  /** null: as SQLite began */
  #durability: Durability | null = null;

  constructor(file: string, raw: DatabaseSync) {
    this.file = file;
    this.raw = raw;
    this.#begin = this.prepare('BEGIN IMMEDIATE');
    this.#commit = this.prepare('COMMIT');
    this.#rollback = this.prepare('ROLLBACK');
  }

  prepare(sql: string): Statement {
    return new Statement(this, sql);
  }

  exec(sql: string): void {
    try {
      this.raw.exec(sql);
    } catch (error) {
      throw storeError(error, this.file);
    }
  }

  get inTransaction(): boolean {
    return this.raw.isTransaction;
  }

  /** All of `work` or nothing. A call inside another one joins it, and its durability. */
  transaction<T>(work: () => T, durability: Durability = 'synced'): T {
    if (this.raw.isTransaction) return work();
    this.#become(durability);
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      // SQLite itself has rolled back after some failures (a full disk among them).
      if (this.raw.isTransaction) this.#rollback.run();
      this.forget();
      throw error;
    }
  }

  /** Called when rows that were read may not be there any more. */
  onForget(forget: () => void): void {
    this.#onForget.push(forget);
  }

  /** Rows were removed, with all that belonged to them, or a transaction was undone. */
  forget(): void {
    for (const forget of this.#onForget) forget();
  }

  /** Takes effect only outside a transaction. */
  #become(durability: Durability): void {
    if (this.#durability === durability) return;
    this.exec(SYNCHRONOUS[durability]);
    this.#durability = durability;
  }

  [Symbol.dispose](): void {
    if (this.raw.isOpen) this.raw.close();
  }
}
