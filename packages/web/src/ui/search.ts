import UFuzzy from '@leeoniya/ufuzzy';

const fuzzy = new UFuzzy({ intraMode: 1, intraIns: 1 });

/** The items whose text matches what was typed, the best first; all in their own order when nothing was typed. */
export function matching<T>(items: readonly T[], query: string, textOf: (item: T) => string): T[] {
  const needle = query.trim();
  if (needle === '') return [...items];
  const texts = items.map(textOf);
  const [found, info, order] = fuzzy.search(texts, needle, 1);
  if (found === null || found === undefined) return [];
  const at = info && order ? order.map((each) => info.idx[each]) : found;
  return at.flatMap((index) => (index === undefined ? [] : (items[index] ?? [])));
}
