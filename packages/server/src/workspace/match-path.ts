/**
 * How well a query fits a path: the best way to find its characters in the path in that order, upper and lower case alike.
 * Characters of the file's own name, at the beginning of a word, and next to each other count for more; of two paths that
 * fit alike, the shorter is better.
 */

const CHARACTER = 1;
const IN_BASENAME = 2;
const CONSECUTIVE = 8;
const WORD_START = 6;
const NAME_START = 3;
const NO_MATCH = -1_000_000;
const SEPARATORS = new Set(Array.from('/._- ', (separator) => separator.charCodeAt(0)));

/** A query made ready: lower case, without white space. */
export function prepareQuery(query: string): string {
  return query.toLowerCase().replaceAll(/\s+/g, '');
}

/**
 * @param query from `prepareQuery`, not empty
 * @returns null when the path does not have the query's characters in order; more is better
 */
export function matchPath(query: string, path: string): number | null {
  const lower = path.toLowerCase();
  const first = firstPlaces(query, lower);
  if (first === null) return null;
  return bestScore(query, path, lower, first) - path.length / 1000;
}

/** Scratch, since this runs for every path of a repository with every key: grown when a path is longer. */
let scratch = newScratch(256);

function newScratch(length: number) {
  return { first: new Int32Array(length), before: new Int32Array(length), ending: new Int32Array(length) };
}

/** The earliest place of each character of the query; null when it does not match. */
function firstPlaces(query: string, lower: string): Int32Array | null {
  if (query.length > lower.length) return null;
  if (lower.length > scratch.first.length) scratch = newScratch(lower.length * 2);
  const { first } = scratch;
  let at = -1;
  for (let index = 0; index < query.length; index += 1) {
    at = lower.indexOf(query.charAt(index), at + 1);
    if (at < 0) return null;
    first[index] = at;
  }
  return first;
}

/**
 * For each character of the query in turn: `ending[at]` is the best score with that character found at `at`. Only the row
 * before is needed: the best found anywhere further left, or right beside.
 */
function bestScore(query: string, path: string, lower: string, first: Int32Array): number {
  const name = path.lastIndexOf('/') + 1;
  let { before, ending } = scratch;
  let best = NO_MATCH;
  for (let index = 0; index < query.length; index += 1) {
    const wanted = query.charCodeAt(index);
    const start = first[index] ?? 0;
    // Nothing of the row before is found left of where it began.
    const known = index === 0 ? lower.length : (first[index - 1] ?? 0);
    let left = index === 0 ? 0 : NO_MATCH;
    for (let at = known; at < start - 1; at += 1) left = Math.max(left, before[at] ?? NO_MATCH);
    best = NO_MATCH;
    for (let at = start; at < lower.length; at += 1) {
      const beside = at - 1 < known ? NO_MATCH : (before[at - 1] ?? NO_MATCH);
      let score = NO_MATCH;
      if (lower.charCodeAt(at) === wanted) {
        const way = Math.max(left, beside + CONSECUTIVE);
        if (way >= 0) score = way + characterScore(path, at, name);
      }
      ending[at] = score;
      best = Math.max(best, score);
      left = Math.max(left, beside);
    }
    [before, ending] = [ending, before];
  }
  return best;
}

function characterScore(path: string, at: number, name: number): number {
  const inName = at < name ? 0 : IN_BASENAME;
  if (at === name) return CHARACTER + inName + WORD_START + NAME_START;
  return CHARACTER + inName + (isWordStart(path, at) ? WORD_START : 0);
}

/** After a separator, and an upper-case letter after anything but one. */
function isWordStart(path: string, at: number): boolean {
  if (at === 0) return true;
  const before = path.charCodeAt(at - 1);
  if (SEPARATORS.has(before)) return true;
  const here = path.charCodeAt(at);
  return isUpper(here) && !isUpper(before);
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}
