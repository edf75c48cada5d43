import { open, type FileHandle } from 'node:fs/promises';
import { storeError } from './sqlite-error.ts';

/**
 * Waits for the disk beside the event loop instead of in it. What a transaction wrote is in the write-ahead log, or was
 * moved from there into the database by a checkpoint, which syncs for itself; so the log is all there is to wait for.
 * (SQLite takes no locks on the log, so a handle of ours on it disturbs none.)
 */
export class WalSync {
  readonly #file: string;
  #handle: Promise<FileHandle> | null = null;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** `file`: the database */
  constructor(file: string) {
    this.#file = `${file}-wal`;
  }

  /**
   * Resolves when everything committed before this call is on the disk. Calls made while one is under way share the
   * next. @throws PilotlightError as a commit would
   */
  synced(): Promise<void> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#start();
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => {});
    const handle = this.#handle;
    this.#handle = null;
    await (await handle?.catch(() => null))?.close();
  }

  #start(): Promise<void> {
    this.#running = this.#sync().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sync(): Promise<void> {
    try {
      this.#handle ??= open(this.#file, 'r+');
      await (await this.#handle).datasync();
    } catch (error) {
      this.#handle = null;
      throw storeError(error, this.#file);
    }
  }
}
