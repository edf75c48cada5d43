import type { SearchHit } from '@pilotlight/protocol';

/** Length of an excerpt when the match is short, in UTF-16 units. */
const EXCERPT = 120;
/** Shown at least before and after a long match. */
const LEAST_CONTEXT = 20;

/** A pattern that finds the text itself, upper and lower case alike (Unicode's simple case folding: lengths stay). */
export function literalPattern(text: string): RegExp {
  return new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), 'iu');
}

/** Where a text matches first, with what is around it; null when it does not. */
export function findIn(
  text: string,
  pattern: RegExp,
): Pick<SearchHit, 'excerpt' | 'start' | 'length'> | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const length = match[0].length;
  const around = Math.max(LEAST_CONTEXT, Math.floor((EXCERPT - length) / 2));
  const from = wholeCharacter(text, Math.max(0, match.index - around));
  const to = wholeCharacter(text, Math.min(text.length, match.index + length + around));
  const excerpt = text.slice(from, to).replaceAll(/\s/g, ' ');
  return { excerpt, start: match.index - from, length };
}

/** `at`, or one further when that would cut a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const isInside = /^[\ud800-\udbff]$/.test(text.charAt(at - 1)) && /^[\udc00-\udfff]$/.test(text.charAt(at));
  return isInside ? at + 1 : at;
}
