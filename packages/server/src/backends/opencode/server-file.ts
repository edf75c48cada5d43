import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readStat } from '@pilotlight/keeper';
import { OpenCodeHttp } from './http.ts';
import { endMarked, isStillThere, signal } from './leftovers.ts';

const FILE = 'server.json';
const DISPOSE_MS = 2000;
const TERM_MS = 2000;
const STEP_MS = 50;

/** How the running server is reached, for the next life of ours. */
const ServerFile = z.object({
  pid: z.number().int(),
  /** epoch ms */
  startedAt: z.number(),
  port: z.number().int(),
  password: z.string(),
  /** tells the process from a later one with its pid; null where the system does not say */
  startTime: z.string().nullable(),
  mark: z.string().nullable(),
});
export type ServerFile = z.infer<typeof ServerFile>;

/** Readable by the owner only: it holds the password. */
export function writeServerFile(stateFolder: string, file: ServerFile): void {
  mkdirSync(stateFolder, { recursive: true });
  const path = join(stateFolder, FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeServerFile(stateFolder: string): void {
  rmSync(join(stateFolder, FILE), { force: true });
}

export function readServerFile(stateFolder: string): ServerFile | null {
  try {
    return ServerFile.parse(JSON.parse(readFileSync(join(stateFolder, FILE), 'utf8')));
  } catch {
    return null;
  }
}

/** Ends what an earlier life of ours left: two servers on one data folder spoil each other's turns. */
export async function endEarlierServer(stateFolder: string): Promise<void> {
  const file = readServerFile(stateFolder);
  if (file === null) return;
  const stat = file.startTime === null ? null : readStat(file.pid);
  if (stat !== null && isStillThere({ pid: file.pid, startTime: file.startTime ?? '' })) {
    const http = new OpenCodeHttp(file);
    await http.post('/global/dispose', { timeoutMs: DISPOSE_MS }).catch(() => {});
    signal(stat, 'SIGTERM');
    for (let waited = 0; waited < TERM_MS && isStillThere(stat); waited += STEP_MS) await delay(STEP_MS);
    signal(stat, 'SIGKILL');
  }
  if (file.mark !== null) await endMarked(file.mark);
  removeServerFile(stateFolder);
}
