/**
 * What an agent says when its account has reached a limit, and when that resets. Agents say it in words of their own; the
 * words are data here, so that another agent is another line. Pure: the time is given.
 */
import { loginRefusalOf } from './login-refusal.ts';

/** Words of a limit that waiting makes go away. */
const LIMIT = [
  // claude
  /\b(?:you've|you have) (?:hit|reached) your\b[^.]{0,60}\blimit\b/i,
  /\busage limit reached\b/i,
  /\bout of (?:extra )?usage\b/i,
  // codex
  /\bhit your usage limit\b/i,
  /\busage_?limit_?(?:exceeded|reached)\b/i,
  // gemini
  /\bexhausted your (?:daily )?(?:quota|capacity)\b/i,
  /\bquota will reset after\b/i,
  // what providers say
  /\b(?:quota|usage limit|plan limit)s? (?:has been |have been |is |was )?(?:exceeded|exhausted)\b/i,
  /\binsufficient_quota\b/i,
];

/** What an agent may say in place of an answer when it cannot work; only what begins so is taken for it. */
const REFUSALS = [
  /^\W*(?:you've|you have) (?:hit|reached) your\b/i,
  /^\W*(?:claude(?: ai)? )?usage limit reached\b/i,
  /^\W*you're out of (?:extra )?usage\b/i,
  /^\W*(?:not logged in|please run \/login|invalid api key)\b/i,
];
const LONGEST_REFUSAL = 600;

/** Whether a text is no work but only says that the agent cannot. */
export function isRefusalText(text: string): boolean {
  if (text.trim() === '') return true;
  if (loginRefusalOf(text) !== null) return true;
  return text.length <= LONGEST_REFUSAL && REFUSALS.some((refusal) => refusal.test(text));
}

/**
 * Reads an error of an agent. `status`: of the model's answer, where it is known.
 * @returns when the limit resets (epoch ms, null when it does not say); null when this is no limit of an account: a model
 * that is asked too often answers 429 as well, and may be asked again at once
 */
export function usageLimitIn(
  words: string,
  now: number,
  status: number | null = null,
): { resetsAt: number | null } | null {
  const resetsAt = resetTimeIn(words, now);
  if (LIMIT.some((limit) => limit.test(words))) return { resetsAt };
  const isRateLimit = status === 429 || /\b429\b|\brate.?limit/i.test(words);
  return isRateLimit && resetsAt !== null && resetsAt - now >= WORTH_WAITING_MS ? { resetsAt } : null;
}

/** For less than this an agent or its user tries again. */
const WORTH_WAITING_MS = 60_000;

/** When something resets that is told of in words; null when they do not say. @param now epoch ms */
export function resetTimeIn(words: string, now: number): number | null {
  return epochIn(words) ?? durationIn(words, now) ?? clockTimeIn(words, now);
}

/** `…limit reached|1767225600`, in seconds. */
function epochIn(words: string): number | null {
  const seconds = /\|(\d{10})\b/.exec(words)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

const UNITS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const DURATION = /(\d+(?:\.\d+)?)\s*(d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\b/gi;

/** `try again in 2 hours 5 minutes`, `will reset after 5h12m30s`, `retryDelay: "35s"`, `retry-after: 120`. */
function durationIn(words: string, now: number): number | null {
  const seconds = /retry-after["']?\s*[:=]\s*["']?(\d+)\b/i.exec(words)?.[1];
  if (seconds !== undefined) return now + Number(seconds) * 1000;
  const said = /(?:\bin|\bafter|retryDelay["']?\s*:)\s*["']?((?:\d[\d.]*\s*[a-z]+[,\s]*(?:and\s+)?)+)/i.exec(
    words,
  )?.[1];
  if (said === undefined) return null;
  // Joined as in 5h12m30s there is no end of a word between them.
  const parts = [...said.replaceAll(/([a-z])(?=\d)/gi, '$1 ').matchAll(DURATION)];
  if (parts.length === 0) return null;
  const ms = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[(unit ?? '')[0]?.toLowerCase() ?? ''] ?? 0),
    0,
  );
  return now + Math.round(ms);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK =
  /(?:resets?|try again|available again|until)(?: at| on)?\s+(?:(?<month>[a-z]{3})[a-z]*\.? (?<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?<year>\d{4}))?(?:,| at)? )?(?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s*(?<half>[ap])\.?m\.?(?:\s*\((?<zone>[A-Za-z_]+(?:\/[A-Za-z_+-]+)*)\))?/i;

/** `resets 3pm (Europe/Berlin)`, `resets Oct 5, 9:30am`, `try again at 3:05 PM`: the next such time. */
function clockTimeIn(words: string, now: number): number | null {
  const said = CLOCK.exec(words)?.groups;
  if (said === undefined) return null;
  const hour = (Number(said['hour']) % 12) + (said['half']?.toLowerCase() === 'p' ? 12 : 0);
  const minute = Number(said['minute'] ?? 0);
  const month = said['month'] === undefined ? -1 : MONTHS.indexOf(said['month'].toLowerCase());
  const zone = said['zone'];
  const today = wallClock(now, zone);
  if (today === null) return null;
  if (month === -1) {
    const at = fromWallClock({ ...today, hour, minute }, zone);
    return at > now ? at : fromWallClock({ ...today, day: today.day + 1, hour, minute }, zone);
  }
  const date = { year: Number(said['year'] ?? today.year), month, day: Number(said['day']), hour, minute };
  const at = fromWallClock(date, zone);
  return at > now || said['year'] !== undefined ? at : fromWallClock({ ...date, year: date.year + 1 }, zone);
}

interface WallClock {
  year: number;
  /** from 0 */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** What a clock shows there at that moment; without a zone, here. Null for a zone nobody knows. */
function wallClock(at: number, zone: string | undefined): WallClock | null {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      ...(zone === undefined ? {} : { timeZone: zone }),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    }).formatToParts(at);
    const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
    return {
      year: of('year'),
      month: of('month') - 1,
      day: of('day'),
      hour: of('hour'),
      minute: of('minute'),
    };
  } catch {
    return null;
  }
}

/** The moment at which a clock there shows that; may name days beyond the month's end. */
function fromWallClock({ year, month, day, hour, minute }: WallClock, zone: string | undefined): number {
  const wanted = Date.UTC(year, month, day, hour, minute);
  let at = wanted;
  // Twice, since the first answer may lie on the other side of a change of summer time.
  for (let round = 0; round < 2; round++) {
    const shown = wallClock(at, zone);
    if (shown === null) return at;
    at += wanted - Date.UTC(shown.year, shown.month, shown.day, shown.hour, shown.minute);
  }
  return at;
}
