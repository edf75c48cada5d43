// Commands that the opencode server started run in sessions of their own and outlive it, however it ends. They carry
// the mark of its ledger entry in their environment, which tells them from everybody else's processes.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MARK, type ProcStat, readAllStats, readStat } from '@pilotlight/keeper';

/** How long a signal may take. */
const GRACE_MS = 1000;
const STEP_MS = 20;

/** The mark a process carries; null when it has none, is just starting its program, or the system does not show it. */
export function processMark(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return environment.find((entry) => entry.startsWith(`${MARK}=`))?.slice(MARK.length + 1) ?? null;
  } catch {
    return null;
  }
}

/** Ends every live process with the mark: SIGTERM, then SIGKILL. Resolves when none is left. */
export async function endMarked(mark: string): Promise<void> {
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    // Looked for anew each time: more may have come meanwhile.
    const carriers = readAllStats().filter((stat) => isLive(stat) && processMark(stat.pid) === mark);
    for (const stat of carriers) signal(stat, name);
    for (let waited = 0; waited < GRACE_MS && carriers.some(isStillThere); waited += STEP_MS)
      await delay(STEP_MS);
  }
}

/** Signals exactly this process, never another that got its pid. */
export function signal(stat: ProcStat, name: NodeJS.Signals): void {
  if (!isStillThere(stat)) return;
  try {
    process.kill(stat.pid, name);
  } catch {
    // It ended meanwhile.
  }
}

export function isStillThere(stat: Pick<ProcStat, 'pid' | 'startTime'>): boolean {
  const now = readStat(stat.pid);
  return now !== null && isLive(now) && now.startTime === stat.startTime;
}

function isLive(stat: ProcStat): boolean {
  return stat.state !== 'Z' && stat.state !== 'X';
}
