import { hits } from '../../ui/search.ts';
import type { Entry, EntryKind } from './entries.ts';

/** An entry as it is shown: under which heading, and where it matched. */
export interface Ranked {
  entry: Entry;
  group: EntryKind | 'recent';
  /** start, end, start, end, …; in `entry.text` */
  ranges: readonly number[];
}

/** Shown of one kind while nothing is typed, and of all while something is: what nobody scrolls to is not rendered. */
const FIRST = 6;
const MOST = 50;
/** By how many places what was used lately goes before an equal match. */
const BOOST = 8;

/** `>` and `#` in front narrow to commands and sessions. */
export function parseQuery(query: string): { only: EntryKind | null; needle: string } {
  const only = ({ '>': 'command', '#': 'session' } as const)[query[0] ?? ''] ?? null;
  return { only, needle: (only === null ? query : query.slice(1)).trim() };
}

/**
 * What the palette shows for a query, in groups: while nothing is typed what was used lately and the first of each kind;
 * else the best matches, a group standing where its best match would.
 *
 * @param recent ids, newest first
 */
export function rank(entries: readonly Entry[], query: string, recent: readonly string[]): Ranked[] {
  const { only, needle } = parseQuery(query);
  const among = only === null ? entries : entries.filter(({ kind }) => kind === only);
  if (needle === '') return only === null ? atFirst(among, recent) : among.slice(0, MOST).map(asIs);
  const lately = new Set(recent);
  const found = hits(among, needle, ({ text }) => text)
    .slice(0, MOST * 2)
    .map(({ item, ranges }, at) => ({
      ranked: { entry: item, group: item.kind, ranges },
      place: at - (lately.has(item.id) ? BOOST : 0),
    }))
    .sort((a, b) => a.place - b.place)
    .slice(0, MOST)
    .map(({ ranked }) => ranked);
  return [...Map.groupBy(found, ({ group }) => group).values()].flat();
}

function atFirst(entries: readonly Entry[], recent: readonly string[]): Ranked[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const used = recent.flatMap((id) => byId.get(id) ?? []).slice(0, FIRST);
  const rest = entries.filter((entry) => !used.includes(entry) && entry.kind !== 'chat');
  const groups = [...Map.groupBy(rest, ({ kind }) => kind)];
  return [
    ...used.map((entry): Ranked => ({ entry, group: 'recent', ranges: [] })),
    // Commands are few and are found by looking; of the rest there may be hundreds.
    ...groups.flatMap(([kind, of]) => (kind === 'command' ? of : of.slice(0, FIRST)).map(asIs)),
  ];
}

function asIs(entry: Entry): Ranked {
  return { entry, group: entry.kind, ranges: [] };
}
