/**
 * Which agent sessions leave memory, and why, as a function of what is resident now.
 *
 *     idle:   a session that nothing needs and that was not used for `idleMs` is released by itself
 *     memory: above the high mark, whole processes that nothing needs go, unused ones first, then the least recently used,
 *             until the sum is at or below the low mark or only needed ones are left
 */

/** What keeps an agent session where it is. */
export type Need = 'opening' | 'turn' | 'queue' | 'question' | 'pinned';

export interface ResidentSession {
  chatId: string;
  agent: string;
  /** epoch ms */
  lastUsedAt: number;
  /** null: it may be released */
  need: Need | null;
}

export interface ResidentProcess {
  pid: number;
  agent: string;
  /** of its tree; null where the system does not say */
  memoryBytes: number | null;
  sessions: ResidentSession[];
  /** names of the programs its agent left running in the background */
  work: string[];
  /** it serves nobody and nothing is being opened in it: a spare, or a server that is kept for the next need */
  unused: boolean;
}

export interface Marks {
  /** ms without use after which a session is released; null: never for that */
  idleMs: number | null;
  highBytes: number;
  /** not above `highBytes` */
  lowBytes: number;
}

/** `chatId` null: end the unused process. */
export interface Release {
  pid: number;
  agent: string;
  chatId: string | null;
  /** in words, for the row of the agent session */
  why: string;
}

export function decideReleases(
  processes: readonly ResidentProcess[],
  { idleMs, highBytes, lowBytes }: Marks,
  now: number,
): Release[] {
  const idle = idleMs === null ? [] : processes.flatMap((process) => idleSessions(process, idleMs, now));
  const gone = new Set(idle.map(({ chatId, agent }) => `${chatId}/${agent}`));
  const staying = processes.filter(
    ({ sessions, unused }) =>
      unused || sessions.length === 0 || !sessions.every((each) => gone.has(`${each.chatId}/${each.agent}`)),
  );
  const used = totalMemory(staying);
  if (used <= highBytes) return idle;
  const forMemory: Release[] = [];
  let left = used;
  for (const process of byLastUse(staying.filter(mayLeave))) {
    if (left <= lowBytes) break;
    left -= process.memoryBytes ?? 0;
    forMemory.push(...releaseWhole(process, gone, memoryWords(used, highBytes)));
  }
  return [...idle, ...forMemory];
}

export function totalMemory(processes: readonly ResidentProcess[]): number {
  return processes.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
}

function idleSessions(process: ResidentProcess, idleMs: number, now: number): Release[] {
  if (process.work.length > 0) return [];
  const { pid } = process;
  return process.sessions
    .filter(({ need, lastUsedAt }) => need === null && now - lastUsedAt >= idleMs)
    .map(({ agent, chatId }) => ({ pid, agent, chatId, why: `Released after ${minutes(idleMs)} idle` }));
}

/** Whether ending it harms nobody and gives memory back. */
function mayLeave({ unused, sessions, work, memoryBytes }: ResidentProcess): boolean {
  if (memoryBytes === null || memoryBytes === 0) return false;
  return unused || (sessions.length > 0 && work.length === 0 && sessions.every(({ need }) => need === null));
}

function byLastUse(processes: readonly ResidentProcess[]): ResidentProcess[] {
  const lastUse = ({ unused, sessions }: ResidentProcess): number =>
    unused ? Number.NEGATIVE_INFINITY : Math.max(...sessions.map(({ lastUsedAt }) => lastUsedAt));
  return processes.toSorted((a, b) => {
    const [first, second] = [lastUse(a), lastUse(b)];
    return first === second ? 0 : first - second;
  });
}

function releaseWhole(process: ResidentProcess, gone: ReadonlySet<string>, why: string): Release[] {
  const { pid, sessions, unused } = process;
  if (unused) return [{ pid, agent: process.agent, chatId: null, why }];
  return sessions
    .filter(({ chatId, agent }) => !gone.has(`${chatId}/${agent}`))
    .map(({ chatId, agent }) => ({ pid, agent, chatId, why }));
}

function memoryWords(used: number, high: number): string {
  return `Released for memory: agents took ${bytes(used)}, the high mark is ${bytes(high)}, and it was used least recently`;
}

/** Bytes as people say them: `512 MB`, `14.2 GB`. */
export function bytes(count: number): string {
  return count < 2 ** 30 ? `${Math.round(count / 2 ** 20)} MB` : `${(count / 2 ** 30).toFixed(1)} GB`;
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
