import UFuzzy from '@leeoniya/ufuzzy';

/** How many words of a query may come in any order; more stay in theirs. */
const PERMUTED = 3;

/** What matches equally well stays in its own order. */
const compare = (): number => 0;
/** Forgives one wrong letter in a word. */
const latin = new UFuzzy({ intraMode: 1, intraIns: 1, compare });
/** Knows the letters of all scripts, and forgives nothing: with both at once its expressions take tens of ms to make. */
const anyScript = new UFuzzy({
  compare,
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  interBound: '[^\\p{L}\\d]',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
});

export interface Hit<T> {
  item: T;
  /** where the text matched: start, end, start, end, …; empty where too many matched to look closer */
  ranges: readonly number[];
}

/** The items whose text matches what was typed, the best first; all in their own order when nothing was typed. */
export function hits<T>(items: readonly T[], query: string, textOf: (item: T) => string): Hit<T>[] {
  const needle = query.trim();
  if (needle === '') return items.map((item) => ({ item, ranges: [] }));
  const fuzzy = /[^\p{ASCII}]/u.test(needle) ? anyScript : latin;
  const [found, info, order] = fuzzy.search(items.map(textOf), needle, PERMUTED);
  const hit = (at: number | undefined, ranges: readonly number[]): Hit<T>[] => {
    const item = at === undefined ? undefined : items[at];
    return item === undefined ? [] : [{ item, ranges }];
  };
  if (!info || !order) return (found ?? []).flatMap((at) => hit(at, []));
  return order.flatMap((each) => hit(info.idx[each], info.ranges[each] ?? []));
}

/** `hits` without where. */
export function matching<T>(items: readonly T[], query: string, textOf: (item: T) => string): T[] {
  return hits(items, query, textOf).map(({ item }) => item);
}
