import { expect, test } from 'vitest';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import {
  codeAt,
  hunkAt,
  moveHunk,
  moveLine,
  placeBetween,
  reviewRows,
  type RowsOf,
  type ShownHunk,
} from './review-rows.ts';

const same = (oldLine: number, newLine: number): DiffLine => ({
  kind: 'same',
  oldLine,
  newLine,
  text: `line ${newLine}`,
  marks: [],
});
const gone = (oldLine: number): DiffLine => ({
  kind: 'removed',
  oldLine,
  newLine: null,
  text: `old ${oldLine}`,
  marks: [],
});
const come = (newLine: number): DiffLine => ({
  kind: 'added',
  oldLine: null,
  newLine,
  text: `new ${newLine}`,
  marks: [],
});

/** Of a file of 20 lines: 5 became two, 15 is gone. */
const hunks: ShownHunk[] = [
  {
    oldStart: 4,
    oldLines: 3,
    newStart: 4,
    newLines: 4,
    section: '',
    lines: [same(4, 4), gone(5), come(5), come(6), same(6, 7)],
  },
  { oldStart: 14, oldLines: 2, newStart: 15, newLines: 1, section: 'f()', lines: [same(14, 15), gone(15)] },
];
const text = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`);
const shown: RowsOf = { hunks, layout: 'unified', opened: new Set(), text, attached: [] };
const looks = (of: Partial<RowsOf>) => reviewRows({ ...shown, ...of });

test('what did not change is a gap, before, between and behind', () => {
  const gaps = looks({}).filter((row) => row.kind === 'gap');
  expect(gaps.map(({ oldLine, newLine, count }) => [oldLine, newLine, count])).toEqual([
    [1, 1, 3],
    [7, 8, 7],
    [16, 16, 5],
  ]);
});

test('whether lines follow the last hunk shows in its own, until the text is here', () => {
  const last = (row: ShownHunk) =>
    reviewRows({ ...shown, hunks: [row], text: null }).findLast(({ kind }) => kind === 'gap');
  const lines = [gone(15), same(16, 15), same(17, 16), same(18, 17)];
  const hunk = { oldStart: 15, oldLines: 4, newStart: 15, newLines: 3, section: '', lines };
  expect(last(hunk)).toMatchObject({ oldLine: 19, newLine: 18, count: null });
  expect(last({ ...hunk, oldLines: 3, newLines: 2, lines: lines.slice(0, 3) })).toMatchObject({ oldLine: 1 });
});

test('an opened gap shows its lines under both numbers', () => {
  const rows = looks({ opened: new Set([7]) });
  const lines = rows.flatMap((row) => (row.kind === 'line' ? [row.line] : []));
  expect(lines.find(({ oldLine }) => oldLine === 7)).toMatchObject({ newLine: 8, text: 'line 8' });
  expect(lines.find(({ oldLine }) => oldLine === 13)).toMatchObject({ newLine: 14 });
  expect(rows.filter((row) => row.kind === 'gap')).toHaveLength(2);
});

test('a hunk without lines on one side leaves no gap too many', () => {
  const added: ShownHunk = {
    oldStart: 0,
    oldLines: 0,
    newStart: 1,
    newLines: 2,
    section: '',
    lines: [come(1), come(2)],
  };
  const rows = reviewRows({ ...shown, hunks: [added], text: ['a', 'b'] });
  expect(rows.map(({ kind }) => kind)).toEqual(['hunk', 'line', 'line']);
});

test('side by side a removed line stands beside the added one', () => {
  const pairs = looks({ layout: 'split' }).flatMap((row) => (row.kind === 'pair' ? [row] : []));
  expect(pairs.map(({ left, right }) => [left?.oldLine ?? null, right?.newLine ?? null])).toEqual([
    [4, 4],
    [5, 5],
    [null, 6],
    [6, 7],
    [14, 15],
    [15, null],
  ]);
});

test('a note stands below the last of its lines; one whose lines are not shown stands at the end', () => {
  const attached = [
    { key: 'note', place: { side: 'new' as const, from: 5, to: 6 } },
    { key: 'lost', place: { side: 'new' as const, from: 11, to: 11 } },
  ];
  for (const layout of ['unified', 'split'] as const) {
    const rows = looks({ attached, layout });
    const at = rows.findIndex(({ key }) => key === 'note');
    expect(codeAt([rows[at - 1] ?? { kind: 'attached', key: '' }], { side: 'new', from: 6, to: 6 })).toBe(
      'new 6',
    );
    expect(rows.at(-1)).toEqual({ kind: 'attached', key: 'lost' });
    expect(rows.filter(({ kind }) => kind === 'attached')).toHaveLength(2);
  }
});

test('moves go from line to line and from hunk to hunk', () => {
  const rows = looks({});
  const first = moveHunk(rows, -1, 1) ?? -1;
  expect(rows[first]).toMatchObject({ line: { newLine: 4 } });
  const second = moveHunk(rows, first, 1) ?? -1;
  expect([hunkAt(rows, first), hunkAt(rows, second)]).toEqual([0, 1]);
  expect(moveHunk(rows, second, 1)).toBeNull();
  expect(moveHunk(rows, second, -1)).toBe(first);
  // Over the gap and the head of the hunk between.
  expect(rows[moveLine(rows, second, -1)]).toMatchObject({ line: { newLine: 7 } });
  expect(moveLine(rows, first, -1)).toBe(first);
});

test('lines are chosen on the side where the choice began', () => {
  const rows = looks({});
  const at = (line: DiffLine) => rows.findIndex((row) => row.kind === 'line' && row.line === line);
  const [, old5, new5, new6, new7] = hunks[0]?.lines ?? [];
  const index = (line: DiffLine | undefined) => at(line ?? same(0, 0));
  const chosen = placeBetween(rows, index(new5), index(new7));
  expect(chosen).toEqual({ side: 'new', from: 5, to: 7 });
  expect(codeAt(rows, { side: 'new', from: 5, to: 7 })).toBe('new 5\nnew 6\nline 7');
  expect(placeBetween(rows, index(old5), index(new6))).toEqual({ side: 'old', from: 5, to: 5 });
});
