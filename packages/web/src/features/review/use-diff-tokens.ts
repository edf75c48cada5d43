import { useMemo } from 'react';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import type { CodeToken } from '../../ui/code/highlight.ts';
import { languageOf } from '../../ui/code/language.ts';
import { useTokens } from '../../ui/code/use-tokens.ts';
import { numberOn, type ShownHunk, type Side } from './review-rows.ts';

/**
 * The colours of a diff's lines. They come from the lines that are shown, so that no text needs to be loaded for them; from
 * the whole new text once it is here.
 */
export function useDiffTokens(
  path: string,
  hunks: readonly ShownHunk[],
  text: readonly string[] | null,
): (line: DiffLine) => readonly CodeToken[] | undefined {
  const language = languageOf(path);
  const before = useMemo(() => linesOf(hunks, 'old'), [hunks]);
  const after = useMemo(
    () => (text === null ? linesOf(hunks, 'new') : { code: text.join('\n'), at: (line: number) => line - 1 }),
    [hunks, text],
  );
  const oldTokens = useTokens(before.code, language);
  const newTokens = useTokens(after.code, language);
  return (line) => {
    if (line.newLine !== null) return newTokens?.[after.at(line.newLine)];
    return line.oldLine === null ? undefined : oldTokens?.[before.at(line.oldLine)];
  };
}

/** The lines of one side that the hunks hold, and where each of them is in that text. */
function linesOf(hunks: readonly ShownHunk[], side: Side): { code: string; at(line: number): number } {
  const places = new Map<number, number>();
  const texts: string[] = [];
  for (const line of hunks.flatMap(({ lines }) => lines)) {
    const number = numberOn(line, side);
    if (number === null) continue;
    places.set(number, texts.length);
    texts.push(line.text);
  }
  return { code: texts.join('\n'), at: (line) => places.get(line) ?? -1 };
}
