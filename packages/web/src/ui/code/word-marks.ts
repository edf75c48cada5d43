import { diffWordsWithSpace } from 'diff';

/** `[from, to)` of a line's characters. */
export type Range = readonly [from: number, to: number];

/** A line of a diff that can say which of its characters changed. */
export interface MarkableLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  marks: readonly Range[];
}

/** Longer lines get no marks inside. */
const MAX_MARKED = 400;

/** A removed run and the added run right behind it, line by line: where just a part of the line differs, it is marked. */
export function withMarks<L extends MarkableLine>(lines: readonly L[]): L[] {
  const rows = [...lines];
  for (let at = 0; at < rows.length;) {
    const removed = runLength(rows, at, 'removed');
    const added = runLength(rows, at + removed, 'added');
    // Runs of different lengths do not pair up line by line: marks would mislead.
    if (removed > 0 && removed === added) {
      for (let n = 0; n < removed; n += 1) markPair(rows, at + n, at + removed + n);
    }
    at += Math.max(1, removed + added);
  }
  return rows;
}

function runLength(rows: readonly MarkableLine[], from: number, kind: MarkableLine['kind']): number {
  let length = 0;
  while (rows[from + length]?.kind === kind) length += 1;
  return length;
}

function markPair<L extends MarkableLine>(rows: L[], oldAt: number, newAt: number): void {
  const [before, after] = [rows[oldAt], rows[newAt]];
  if (before === undefined || after === undefined) return;
  if (before.text.length > MAX_MARKED || after.text.length > MAX_MARKED) return;
  const marks: Record<'removed' | 'added', Range[]> = { removed: [], added: [] };
  let [oldChar, newChar, same] = [0, 0, 0];
  for (const { value, added, removed } of diffWordsWithSpace(before.text, after.text)) {
    if (added) marks.added.push([newChar, newChar + value.length]);
    else if (removed) marks.removed.push([oldChar, oldChar + value.length]);
    else same += value.trim().length;
    if (!added) oldChar += value.length;
    if (!removed) newChar += value.length;
  }
  // Two lines with little in common are two lines, not one that changed.
  if (same * 3 < Math.max(before.text.trim().length, after.text.trim().length)) return;
  rows[oldAt] = { ...before, marks: marks.removed };
  rows[newAt] = { ...after, marks: marks.added };
}
