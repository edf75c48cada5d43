import type { AgentSessionHandle } from '@pilotlight/protocol';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfigMemory } from './config-state.ts';

/** One ACP session as a later server needs it to go on. */
export interface SessionMemory {
  handle: AgentSessionHandle;
  /** real path of the worktree */
  root: string;
  config: ConfigMemory;
  opening: Opening;
}

/** When a session was opened, epoch ms: what its process started then is a helper of its own. */
export interface Opening {
  from: number;
  to: number;
}

/** One agent process as a later server needs it to go on. */
export interface ProcessMemory {
  agent: string;
  /** whose it is in the pool */
  owner: string;
  /** what the agent answered to `initialize` */
  initialized: unknown;
  sessions: SessionMemory[];
}

const Memory = z.looseObject({
  agent: z.string(),
  owner: z.string(),
  initialized: z.unknown(),
  sessions: z.array(z.looseObject({ root: z.string() })),
});

/**
 * What we know of each agent process, a file a process (0600), so that a later server can go on with it. A file that cannot be
 * read costs a warm start and no more: its process is ended.
 */
export class ProcessFiles {
  readonly #folder: string;

  /** `folder`: made when missing */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  write(processId: string, memory: ProcessMemory): void {
    const path = this.#path(processId);
    writeFileSync(`${path}.new`, JSON.stringify(memory), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** null when there is none that can be read */
  read(processId: string): ProcessMemory | null {
    try {
      // Written by this server's kind, in a folder that is closed to others.
      return Memory.parse(
        JSON.parse(readFileSync(this.#path(processId), 'utf8')),
      ) as unknown as ProcessMemory;
    } catch {
      return null;
    }
  }

  remove(processId: string): void {
    rmSync(this.#path(processId), { force: true });
  }

  /** Removes those of processes that are gone. */
  keepOnly(processIds: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#folder)) {
      if (!processIds.has(name.replace(/\.json$/, ''))) rmSync(join(this.#folder, name), { force: true });
    }
  }

  #path(processId: string): string {
    return join(this.#folder, `${processId}.json`);
  }
}
