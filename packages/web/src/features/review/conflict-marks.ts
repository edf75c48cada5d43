import type { ShownHunk } from './review-rows.ts';

/** What a line with a conflict marker begins or ends. */
export type ConflictMark = 'ours' | 'base' | 'middle' | 'theirs';

/** By line of the new text, the conflict markers of a file. A line of `=======` outside of a conflict is none. */
export function conflictMarks(hunks: readonly ShownHunk[]): ReadonlyMap<number, ConflictMark> {
  const marks = new Map<number, ConflictMark>();
  let isOpen = false;
  for (const { newLine, text } of hunks.flatMap(({ lines }) => lines)) {
    if (newLine === null) continue;
    const mark = markOf(text);
    if (mark === 'ours') isOpen = true;
    if (mark !== null && isOpen) marks.set(newLine, mark);
    if (mark === 'theirs') isOpen = false;
  }
  return marks;
}

const MARKERS: Record<string, ConflictMark> = { '<': 'ours', '|': 'base', '=': 'middle', '>': 'theirs' };

function markOf(text: string): ConflictMark | null {
  const [, sign] = /^([<|=>])\1{6}(?: |$)/.exec(text) ?? [];
  return sign === undefined ? null : (MARKERS[sign] ?? null);
}
