import type { Range } from './word-marks.ts';
import type { CodeToken } from './highlight.ts';

export interface MarkedToken extends CodeToken {
  isMarked: boolean;
}

/** A line's tokens (or its plain text) cut where its marks begin and end. */
export function markedTokens(
  text: string,
  tokens: readonly CodeToken[] | undefined,
  marks: readonly Range[],
): MarkedToken[] {
  const out: MarkedToken[] = [];
  let at = 0;
  for (const token of tokens ?? [{ text, color: null }]) {
    let rest = token.text;
    while (rest !== '') {
      const mark = marks.find(([, to]) => to > at);
      const isMarked = mark !== undefined && mark[0] <= at;
      const end = mark === undefined ? Infinity : isMarked ? mark[1] : mark[0];
      const piece = rest.slice(0, end - at);
      out.push({ text: piece, color: token.color, isMarked });
      at += piece.length;
      rest = rest.slice(piece.length);
    }
  }
  return out;
}
