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
  const wrong = whatIsWrong(cron);
  if (wrong !== null) throw invalidField('cron', `"${cron}" is no cron expression: ${wrong}`, { cron });
  const times = nextOccurrences({ cron, timeZone }, Date.now(), 3);
  if (times.length === 0) throw invalidField('cron', `"${cron}" is never due`, { cron });
  // Of any three in a row two are of the same minute, where more than one is.
  if (times.some((time, index) => time - (times[index - 1] ?? -Infinity) < CLOSEST_MS))
    throw invalidField('cron', `"${cron}" is due more than once a minute`, { cron });
}

const WORDS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const FIELDS = [
  ['second', '0 to 59'],
  ['minute', '0 to 59'],
  ['hour', '0 to 23'],
  ['day', '1 to 31, or L for the last'],
  ['month', '1 to 12, or JAN to DEC'],
  ['weekday', '0 to 7, or SUN to SAT'],
] as const;

/** Which part of it cannot be read, in words; null: nothing. */
function whatIsWrong(cron: string): string | null {
  if (cron.startsWith('@'))
    return WORDS.includes(cron.toLowerCase()) ? null : `expected one of ${WORDS.join(', ')}`;
  const parts = cron.split(/\s+/);
  const names = parts.length === 6 ? FIELDS : FIELDS.slice(1);
  if (parts.length !== names.length)
    return `expected five fields, minute hour day month weekday, such as "0 3 * * 1-5", or six with seconds in front`;
  for (const [at, [name, range]] of names.entries()) {
    const alone = names.map((_, index) => (index === at ? parts[at] : '*')).join(' ');
    if (!isReadable(alone))
      return `its ${name} is "${parts[at]}"; expected ${range}, as in "*/5", "1,3" or "1-5"`;
  }
  return isReadable(cron) ? null : 'its fields do not go together';
}

function isReadable(cron: string): boolean {
  try {
    return new Cron(cron, { paused: true }) instanceof Cron;
  } catch {
    return false;
  }
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
export function dueNow({ cron, timeZone }: Recurrence, nextAt: number, now: number): Due {
  const found = new Cron(cron, { timezone: timeZone, paused: true });
  const after = (time: number): number => found.nextRun(new Date(time))?.getTime() ?? Infinity;
  let at = nextAt;
  // Backwards by growing steps: of years of missed minutes only the last few are looked at.
  for (let back = CLOSEST_MS; now - back > nextAt; back *= 2) {
    const first = after(now - back);
    if (first > now) continue;
    at = first;
    break;
  }
  for (let later = after(at); later <= now; later = after(at)) at = later;
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
