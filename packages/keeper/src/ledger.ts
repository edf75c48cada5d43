import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Identity = z.object({
  pid: z.number().int().positive(),
  startTime: z.string().min(1),
  bootId: z.string(),
});

const Entry = z.object({
  /** also the value of the mark in the child's environment */
  id: z.uuid(),
  ...Identity.shape,
  /** the process group that the child leads, equal to its pid */
  group: z.number().int().positive(),
  owner: z.string(),
  command: z.array(z.string()),
  /** epoch ms */
  startedAt: z.number(),
  /** the server that started it */
  server: Identity,
});
/** One child: who it is, so that a later server can end it and nobody else. */
export type LedgerEntry = z.infer<typeof Entry>;

/**
 * The children of this data folder on disk, one small file each (0600 in a 0700 folder), so that a broken file costs one
 * entry and adding needs no rewrite. A file is complete or absent: it is written beside and renamed.
 */
export class Ledger {
  readonly #folder: string;

  /** `folder`: made when missing. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** On disk when it returns. */
  add(entry: LedgerEntry): void {
    const path = this.#path(entry.id);
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify(entry));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  /** Every readable entry; what cannot be read is removed, since nothing can be ended by it. */
  entries(): LedgerEntry[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const entry = name.endsWith('.json') ? readEntry(path) : null;
      if (entry && this.#path(entry.id) === path) return [entry];
      rmSync(path, { force: true, recursive: true });
      return [];
    });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

function readEntry(path: string): LedgerEntry | null {
  try {
    return Entry.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
