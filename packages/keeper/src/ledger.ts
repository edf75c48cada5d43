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
import { isIdentity, isPid, type ProcessIdentity } from './process-identity.ts';

/** One child: who it is, so that a later server can end it and nobody else. */
export interface LedgerEntry extends ProcessIdentity {
  /** a UUID; also the value of the mark in the child's environment */
  id: string;
  /** the process group that the child leads, equal to its pid */
  group: number;
  owner: string;
  command: string[];
  /** epoch ms */
  startedAt: number;
  /** the process that started it and owns it: a keeper, or a server that keeps its children itself */
  server: ProcessIdentity;
}

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
    const entry: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isEntry(entry) ? entry : null;
  } catch {
    return null;
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// By hand: the keeper reads it too, and a schema library would be a third of its memory.
function isEntry(value: unknown): value is LedgerEntry {
  if (!isIdentity(value)) return false;
  const { id, group, owner, command, startedAt, server } = value as Partial<LedgerEntry>;
  return (
    typeof id === 'string' &&
    uuid.test(id) &&
    isPid(group) &&
    typeof owner === 'string' &&
    Array.isArray(command) &&
    command.every((word) => typeof word === 'string') &&
    typeof startedAt === 'number' &&
    isIdentity(server)
  );
}
