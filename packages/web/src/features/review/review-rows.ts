import { splitRows, type DiffLine } from '../../ui/code/diff-rows.ts';

/** Which text of the two a line belongs to. */
export type Side = 'old' | 'new';

/** Lines of one text, both ends included, from 1. */
export interface Place {
  side: Side;
  from: number;
  to: number;
}

/** A stretch of changes as git cut it, its lines with their numbers. */
export interface ShownHunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** the function or heading it stands in; empty when git found none */
  section: string;
  lines: readonly DiffLine[];
}

/** What stands below a line: a note, or the field in which one is written. */
export interface Attached {
  key: string;
  place: Place;
}

export type ReviewRow =
  /** `count` lines that did not change and are not shown; null: as many as follow */
  | { kind: 'gap'; key: string; oldLine: number; newLine: number; count: number | null }
  | { kind: 'hunk'; key: string; hunk: number }
  | { kind: 'line'; key: string; line: DiffLine }
  | { kind: 'pair'; key: string; left: DiffLine | null; right: DiffLine | null }
  | { kind: 'attached'; key: string };

export interface RowsOf {
  hunks: readonly ShownHunk[];
  layout: 'unified' | 'split';
  /** old lines at which a gap begins that somebody opened */
  opened: ReadonlySet<number>;
  /** the new text; null until it is here, and where there is none */
  text: readonly string[] | null;
  attached: readonly Attached[];
}

/** The diff of a file, row by row, with what is attached to its lines below them. */
export function reviewRows({ hunks, layout, opened, text, attached }: RowsOf): ReviewRow[] {
  const rows: ReviewRow[] = [];
  const left = new Set(attached);
  let [oldAt, newAt] = [1, 1];
  hunks.forEach((hunk, index) => {
    gap(startOf(hunk.oldStart, hunk.oldLines) - oldAt);
    rows.push({ kind: 'hunk', key: `hunk:${index}`, hunk: index });
    push(hunk.lines);
    oldAt = startOf(hunk.oldStart, hunk.oldLines) + hunk.oldLines;
    newAt = startOf(hunk.newStart, hunk.newLines) + hunk.newLines;
  });
  if (text !== null) gap(text.length + 1 - newAt);
  else if (mayGoOn(hunks.at(-1))) gap(null);
  // What stands at lines that are not shown is not lost: it goes to the end.
  for (const { key } of left) rows.push({ kind: 'attached', key });
  return rows;

  function gap(count: number | null): void {
    if (count !== null && count <= 0) return;
    if (opened.has(oldAt) && text !== null && count !== null) {
      push(
        text.slice(newAt - 1, newAt - 1 + count).map((content, at): DiffLine => ({
          kind: 'same',
          oldLine: oldAt + at,
          newLine: newAt + at,
          text: content,
          marks: [],
        })),
      );
    } else rows.push({ kind: 'gap', key: `gap:${oldAt}`, oldLine: oldAt, newLine: newAt, count });
  }

  function push(lines: readonly DiffLine[]): void {
    if (layout === 'unified') {
      for (const line of lines) {
        rows.push({ kind: 'line', key: keyOf(line), line });
        attach([line]);
      }
      return;
    }
    for (const row of splitRows(lines)) {
      if (row.kind !== 'pair') continue;
      const { left: before, right: after } = row;
      rows.push({
        kind: 'pair',
        key: `${before?.oldLine ?? ''}:${after?.newLine ?? ''}`,
        left: before,
        right: after,
      });
      attach([before, after].filter((line) => line !== null));
    }
  }

  function attach(lines: readonly DiffLine[]): void {
    for (const each of left) {
      if (!lines.some((line) => numberOn(line, each.place.side) === each.place.to)) continue;
      rows.push({ kind: 'attached', key: each.key });
      left.delete(each);
    }
  }
}

/** git shows three lines after a change, unless the file ends before. */
function mayGoOn(last: ShownHunk | undefined): boolean {
  return last !== undefined && last.lines.slice(-3).every(({ kind }) => kind === 'same');
}

/** A hunk without lines on one side names the line before it. */
function startOf(start: number, lines: number): number {
  return lines === 0 ? start + 1 : start;
}

function keyOf({ oldLine, newLine }: DiffLine): string {
  return `${oldLine ?? ''}:${newLine ?? ''}`;
}

export function numberOn(line: DiffLine, side: Side): number | null {
  return side === 'old' ? line.oldLine : line.newLine;
}

/** The line of a row that a note would be about, and on which side: the new one where there is one. */
export function lineOf(row: ReviewRow | undefined): { line: DiffLine; side: Side } | null {
  if (row?.kind === 'line') return { line: row.line, side: row.line.newLine === null ? 'old' : 'new' };
  if (row?.kind !== 'pair') return null;
  if (row.right !== null) return { line: row.right, side: 'new' };
  return row.left === null ? null : { line: row.left, side: 'old' };
}

/** The row with text that is `step` away from `at`; `at` itself where there is none. */
export function moveLine(rows: readonly ReviewRow[], at: number, step: 1 | -1): number {
  for (let next = at + step; next >= 0 && next < rows.length; next += step) {
    if (lineOf(rows[next]) !== null) return next;
  }
  return at;
}

/** The first line of the next hunk after `at`, or of the one before; null at the end. */
export function moveHunk(rows: readonly ReviewRow[], at: number, step: 1 | -1): number | null {
  const heads = rows.flatMap((row, index) => (row.kind === 'hunk' ? [index] : []));
  const current = heads.findLast((head) => head <= at) ?? -1;
  const next = step === 1 ? heads.find((head) => head > at) : heads.findLast((head) => head < current);
  return next === undefined ? null : moveLine(rows, next, 1);
}

/** The hunk a row stands in; null above the first. */
export function hunkAt(rows: readonly ReviewRow[], at: number): number | null {
  for (let index = at; index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.kind === 'gap') return null;
    if (row?.kind === 'hunk') return row.hunk;
  }
  return null;
}

/** The lines from one row to another, on that side (of the row it began at); null where it has none of them. */
export function placeBetween(
  rows: readonly ReviewRow[],
  anchor: number,
  at: number,
  side = lineOf(rows[anchor])?.side,
): Place | null {
  if (side === undefined) return null;
  const numbers = rows.slice(Math.min(anchor, at), Math.max(anchor, at) + 1).flatMap((row) => {
    const lines = row.kind === 'line' ? [row.line] : row.kind === 'pair' ? [row.left, row.right] : [];
    return lines.flatMap((line) => (line === null ? [] : [numberOn(line, side)])).filter((n) => n !== null);
  });
  return numbers.length === 0 ? null : { side, from: Math.min(...numbers), to: Math.max(...numbers) };
}

/** The text of a place, as far as the rows show it. */
export function codeAt(rows: readonly ReviewRow[], { side, from, to }: Place): string {
  const texts = new Map<number, string>();
  for (const row of rows) {
    const lines = row.kind === 'line' ? [row.line] : row.kind === 'pair' ? [row.left, row.right] : [];
    for (const line of lines) {
      const number = line === null ? null : numberOn(line, side);
      if (line !== null && number !== null && number >= from && number <= to) texts.set(number, line.text);
    }
  }
  return [...texts.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join('\n');
}

export function isSamePlace(one: Place | null, other: Place): boolean {
  return one?.side === other.side && one.from === other.from && one.to === other.to;
}

/** Whether the place holds this line. */
export function isIn(place: Place | null, line: DiffLine | null): boolean {
  if (place === null || line === null) return false;
  const number = numberOn(line, place.side);
  return number !== null && number >= place.from && number <= place.to;
}
