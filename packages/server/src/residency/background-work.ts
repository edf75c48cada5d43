import type { TreeUsage } from '@pilotlight/keeper';

/** When a session was being opened, epoch ms. */
interface Opening {
  from: number;
  /** null: it still is */
  to: number | null;
}

/** Start times are known to some hundredths of a second. */
const MARGIN_MS = 30;

/**
 * Tells what an agent runs for itself from what it left running. What began before the agent's first session was open, or
 * while another was being opened, is the agent's own helper; what began later, in a turn or after it, is work, and its
 * process is not ended for it. Programs that the table of agents names as helpers never count.
 */
export class BackgroundWork {
  /** `<chatId>/<agent>` → its last opening */
  readonly #openings = new Map<string, Opening>();
  /** `<pid>@<startedAt>` → the openings that happened in it, oldest first */
  readonly #byProcess = new Map<string, Opening[]>();

  opening(session: string, at: number): void {
    this.#openings.set(session, { from: at, to: null });
  }

  opened(session: string, at: number): void {
    const opening = this.#openings.get(session);
    if (opening?.to === null) opening.to = at;
  }

  closed(session: string): void {
    this.#openings.delete(session);
  }

  /** The programs that count as work, each name once. `sessions`: of the process now; without any, nothing is work. */
  of(
    process: { pid: number; startedAt: number },
    sessions: readonly string[],
    descendants: TreeUsage['descendants'],
    helpers: readonly string[],
  ): string[] {
    const key = keyOf(process);
    const openings = this.#byProcess.get(key) ?? [];
    for (const session of sessions) {
      const opening = this.#openings.get(session);
      if (opening !== undefined && !openings.includes(opening)) openings.push(opening);
    }
    this.#byProcess.set(key, openings);
    if (sessions.length === 0) return [];
    const work = descendants.filter(
      ({ name, startedAt }) => !helpers.includes(name) && !isHelper(openings, startedAt),
    );
    return [...new Set(work.map(({ name }) => name))];
  }

  /** Forgets every process but those. */
  keepOnly(processes: readonly { pid: number; startedAt: number }[]): void {
    const alive = new Set(processes.map(keyOf));
    for (const key of this.#byProcess.keys()) if (!alive.has(key)) this.#byProcess.delete(key);
  }
}

function keyOf({ pid, startedAt }: { pid: number; startedAt: number }): string {
  return `${pid}@${startedAt}`;
}

function isHelper(openings: readonly Opening[], startedAt: number): boolean {
  const end = ({ to }: Opening): number => (to ?? Number.POSITIVE_INFINITY) + MARGIN_MS;
  const first = Math.min(...openings.map(end));
  if (openings.length > 0 && startedAt <= first) return true;
  return openings.some((each) => startedAt >= each.from - MARGIN_MS && startedAt <= end(each));
}
