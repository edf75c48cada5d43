import type { Database } from './database.ts';

/** Rows kept before all are forgotten; those in use come back with their next read. */
const MOST_ROWS = 1000;

/**
 * Rows read by their id, so that what every turn asks again and again is read once. Only for tables that one file writes:
 * that file says what changed. Forgotten with a transaction that fails, and with rows that are removed. Frozen, because
 * all readers get the same object.
 */
export class RowCache<T extends object> {
  readonly #rows = new Map<string, Readonly<T>>();

  constructor(database: Database) {
    database.onForget(() => this.#rows.clear());
  }

  get(id: string, read: () => T | null): T | null {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = read();
    if (row !== null) this.#keep(id, row);
    return row;
  }

  /** The row was written; one that was not read before is not kept, since it may not be there. */
  changed(id: string, change: (row: Readonly<T>) => T): void {
    const known = this.#rows.get(id);
    if (known !== undefined) this.#keep(id, change(known));
  }

  forget(id: string): void {
    this.#rows.delete(id);
  }

  #keep(id: string, row: T): void {
    if (this.#rows.size >= MOST_ROWS) this.#rows.clear();
    this.#rows.set(id, Object.freeze(row));
  }
}
