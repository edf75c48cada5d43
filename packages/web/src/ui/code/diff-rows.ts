import { diffWordsWithSpace, structuredPatch } from 'diff';

/** `[from, to)` of a line's characters. */
export type Range = readonly [from: number, to: number];

export type DiffRow =
  | {
      kind: 'same' | 'added' | 'removed';
      /** 1-based; null on the side that does not have the line */
      oldLine: number | null;
      newLine: number | null;
      text: string;
      /** what changed inside the line */
      marks: readonly Range[];
    }
  /** `count` unchanged lines that are not shown, from these on */
  | { kind: 'gap'; oldLine: number; newLine: number; count: number };

type Line = Exclude<DiffRow, { kind: 'gap' }>;

/** Unchanged lines kept around a change. */
const CONTEXT = 3;
/** How long a diff may be computed, in ms; then everything counts as changed. */
const PATIENCE = 400;
/** Longer lines get no marks inside. */
const MAX_MARKED = 400;

/** The difference of two texts as rows: changed lines, the lines around them, and gaps for the rest. */
export function diffRows(oldText: string, newText: string): DiffRow[] {
  const options = { context: CONTEXT, timeout: PATIENCE };
  const patch = structuredPatch('', '', oldText, newText, '', '', options);
  if (patch === undefined) return wholly(oldText, newText);
  const rows: DiffRow[] = [];
  let [oldAt, newAt] = [1, 1];
  for (const hunk of patch.hunks) {
    pushGap(hunk.oldStart);
    const lines: Line[] = [];
    for (const line of hunk.lines) {
      const sign = line[0];
      if (sign === '\\') continue;
      const text = line.slice(1);
      if (sign === '+') lines.push({ kind: 'added', oldLine: null, newLine: newAt++, text, marks: [] });
      else if (sign === '-')
        lines.push({ kind: 'removed', oldLine: oldAt++, newLine: null, text, marks: [] });
      else lines.push({ kind: 'same', oldLine: oldAt++, newLine: newAt++, text, marks: [] });
    }
    rows.push(...marked(lines));
  }
  pushGap(countLines(oldText) + 1);
  return rows;

  function pushGap(until: number): void {
    const count = until - oldAt;
    if (count > 0) rows.push({ kind: 'gap', oldLine: oldAt, newLine: newAt, count });
    oldAt += count;
    newAt += count;
  }
}

/** The unchanged lines of a gap, once somebody wants to see them. */
export function gapRows(gap: Extract<DiffRow, { kind: 'gap' }>, oldText: string): DiffRow[] {
  return oldText
    .split('\n')
    .slice(gap.oldLine - 1, gap.oldLine - 1 + gap.count)
    .map((text, at) => ({
      kind: 'same',
      oldLine: gap.oldLine + at,
      newLine: gap.newLine + at,
      text,
      marks: [],
    }));
}

/** A removed run and the added run right behind it, line by line: where just a part of the line differs, it is marked. */
function marked(lines: Line[]): Line[] {
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

function runLength(rows: Line[], from: number, kind: Line['kind']): number {
  let length = 0;
  while (rows[from + length]?.kind === kind) length += 1;
  return length;
}

function markPair(rows: Line[], oldAt: number, newAt: number): void {
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

function wholly(oldText: string, newText: string): DiffRow[] {
  const lines = (text: string) => text.split('\n').slice(0, countLines(text));
  return [
    ...lines(oldText).map((text, at): Line => ({
      kind: 'removed',
      oldLine: at + 1,
      newLine: null,
      text,
      marks: [],
    })),
    ...lines(newText).map((text, at): Line => ({
      kind: 'added',
      oldLine: null,
      newLine: at + 1,
      text,
      marks: [],
    })),
  ];
}

function countLines(text: string): number {
  if (text === '') return 0;
  const count = text.split('\n').length;
  return text.endsWith('\n') ? count - 1 : count;
}

/** One row of the two columns; null where a side has nothing beside the other. */
export type SplitRow =
  | { kind: 'pair'; left: Line | null; right: Line | null }
  | Extract<DiffRow, { kind: 'gap' }>;

/** The rows side by side: a removed run stands beside the added run behind it. */
export function splitRows(rows: readonly DiffRow[]): SplitRow[] {
  const out: SplitRow[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      out.push({ kind: 'pair', left: removed[at] ?? null, right: added[at] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const row of rows) {
    if (row.kind === 'removed') {
      if (added.length > 0) flush();
      removed.push(row);
    } else if (row.kind === 'added') added.push(row);
    else {
      flush();
      out.push(row.kind === 'gap' ? row : { kind: 'pair', left: row, right: row });
    }
  }
  flush();
  return out;
}
