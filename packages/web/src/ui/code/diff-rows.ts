import { structuredPatch } from 'diff';
import { withMarks, type Range } from './word-marks.ts';

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

export type DiffLine = Exclude<DiffRow, { kind: 'gap' }>;

/** Unchanged lines kept around a change. */
const CONTEXT = 3;
/** How long a diff may be computed, in ms; then everything counts as changed. */
const PATIENCE = 400;

/** The difference of two texts as rows: changed lines, the lines around them, and gaps for the rest. */
export function diffRows(oldText: string, newText: string): DiffRow[] {
  const options = { context: CONTEXT, timeout: PATIENCE };
  const patch = structuredPatch('', '', oldText, newText, '', '', options);
  if (patch === undefined) return wholly(oldText, newText);
  const rows: DiffRow[] = [];
  let [oldAt, newAt] = [1, 1];
  for (const hunk of patch.hunks) {
    pushGap(hunk.oldStart);
    const lines: DiffLine[] = [];
    for (const line of hunk.lines) {
      const sign = line[0];
      if (sign === '\\') continue;
      const text = line.slice(1);
      if (sign === '+') lines.push({ kind: 'added', oldLine: null, newLine: newAt++, text, marks: [] });
      else if (sign === '-')
        lines.push({ kind: 'removed', oldLine: oldAt++, newLine: null, text, marks: [] });
      else lines.push({ kind: 'same', oldLine: oldAt++, newLine: newAt++, text, marks: [] });
    }
    rows.push(...withMarks(lines));
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

function wholly(oldText: string, newText: string): DiffRow[] {
  const lines = (text: string) => text.split('\n').slice(0, countLines(text));
  return [
    ...lines(oldText).map((text, at): DiffLine => ({
      kind: 'removed',
      oldLine: at + 1,
      newLine: null,
      text,
      marks: [],
    })),
    ...lines(newText).map((text, at): DiffLine => ({
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
export type SplitRow<Gap> = { kind: 'pair'; left: DiffLine | null; right: DiffLine | null } | Gap;

/** The rows side by side: a removed run stands beside the added run behind it. */
export function splitRows<Gap extends { kind: 'gap' }>(rows: readonly (DiffLine | Gap)[]): SplitRow<Gap>[] {
  const out: SplitRow<Gap>[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
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
