import { Cron } from 'croner';
import { createHash } from 'node:crypto';
import { invalidField } from '../../invalid-field.ts';

/** A schedule's own word for when it is due. */
export interface Recurrence {
  cron: string;
  timeZone: string;
}

/** How late an occurrence may be and still count as on time, ms. */
const ON_TIME_MS = 60_000;
/** Occurrences that were missed and are looked through for the last of them. */
const MOST_MISSED = 100_000;
/** The closest together that occurrences may be: what runs an agent is no heartbeat. */
const CLOSEST_MS = 60_000;

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @throws PilotlightError `invalid_request` with the field `cron` or `timeZone` */
export function checkRecurrence({ cron, timeZone }: Recurrence): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw invalidField('timeZone', `there is no time zone "${timeZone}"; give one such as Europe/Berlin`, {});
  }
  let found: Cron;
  try {
    found = new Cron(cron, { timezone: timeZone, paused: true });
  } catch (error) {
    throw invalidField('cron', `"${cron}" is no cron expression: ${(error as Error).message}`, { cron });
  }
  const [first, second] = found.nextRuns(2);
  if (first !== undefined && second !== undefined && second.getTime() - first.getTime() < CLOSEST_MS)
    throw invalidField('cron', `"${cron}" is due more than once a minute`, { cron });
}

/** The first time it is due after that one, epoch ms; null: never again. */
export function nextOccurrence({ cron, timeZone }: Recurrence, after: number): number | null {
  return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(after))?.getTime() ?? null;
}

export function nextOccurrences({ cron, timeZone }: Recurrence, after: number, count: number): number[] {
  const found = new Cron(cron, { timezone: timeZone, paused: true });
  return found.nextRuns(count, new Date(after)).map((date) => date.getTime());
}

/** What is due now. `missed`: no server ran when it was; of several the last one. */
export interface Due {
  at: number;
  missed: boolean;
}

/** @param nextAt when it was to be due next, not after `now` */
export function dueNow(recurrence: Recurrence, nextAt: number, now: number): Due {
  let at = nextAt;
  for (let passed = 0; passed < MOST_MISSED; passed += 1) {
    const later = nextOccurrence(recurrence, at);
    if (later === null || later > now) break;
    at = later;
  }
  return { at, missed: now - at > ON_TIME_MS };
}

/** The ids of an occurrence's task and turn: the same whoever makes it. */
export function occurrenceIds(scheduleId: string, at: number): { id: string; turnId: string } {
  return derivedIds(`${scheduleId}/${at}`);
}

/** @param from what makes it one of its kind */
export function derivedIds(from: string): { id: string; turnId: string } {
  const hash = (kind: string): string =>
    createHash('sha256').update(`${kind}/${from}`).digest('hex').slice(0, 32);
  return { id: `tsk_${hash('task')}`, turnId: `trn_${hash('turn')}` };
}
