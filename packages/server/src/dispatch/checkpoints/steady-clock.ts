import type { Store } from '../../store/store.ts';

export const DAY_MS = 24 * 60 * 60_000;

const KEY = 'clock_seen';

/** What was seen of the clock, in epoch ms. */
interface Seen {
  at: number;
  /** from then on it went on from look to look, with no gap of days and never back */
  since: number;
}

/**
 * Whether the clock has gone on for a day as clocks do. Machines start with a wrong one, years ahead or back, and nothing may be
 * given up as too old by that. To be asked once for each look at what is too old; a server that was off for days waits for a day.
 */
export function isSteady({ settings }: Pick<Store, 'settings'>, now: number): boolean {
  const seen = settings.get(KEY) as Seen | undefined;
  const goesOn = seen !== undefined && now >= seen.at && now - seen.at <= 2 * DAY_MS;
  const since = goesOn ? seen.since : now;
  settings.set(KEY, { at: now, since } satisfies Seen);
  return now - since >= DAY_MS;
}
