import { Slice } from '../slice.ts';
import type { FileList } from './list-files.ts';
import { matchPath, prepareQuery } from './match-path.ts';

interface Scored {
  path: string;
  score: number;
}

/**
 * The best `limit` of a list for a query, best first; the first ones of the list without a query. Works in slices, so that
 * a list of any length does not hold the event loop.
 */
export async function findFiles(list: FileList, query: string, limit: number): Promise<FileList> {
  const wanted = prepareQuery(query);
  if (wanted === '') {
    return { files: list.files.slice(0, limit), truncated: list.truncated || list.files.length > limit };
  }
  const slice = new Slice();
  let best: Scored[] = [];
  let matches = 0;
  /** what a path has to beat to be among the best */
  let least = Number.NEGATIVE_INFINITY;
  for (const path of list.files) {
    if (slice.isOver) await slice.next();
    const score = matchPath(wanted, path);
    if (score === null) continue;
    matches += 1;
    if (score <= least) continue;
    best.push({ path, score });
    // Cut now and then, so that it never grows with the list.
    if (best.length < limit * 4) continue;
    best = bestOf(best, limit);
    least = best.at(-1)?.score ?? least;
  }
  const files = bestOf(best, limit).map(({ path }) => path);
  return { files, truncated: list.truncated || matches > limit };
}

function bestOf(scored: Scored[], limit: number): Scored[] {
  return scored.toSorted((one, other) => other.score - one.score).slice(0, limit);
}
