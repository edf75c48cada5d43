import { expect, test } from 'vitest';
import { diffRows, gapRows, splitRows, type DiffRow } from './diff-rows.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1}`);
const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('');

function brief(rows: DiffRow[]): string[] {
  return rows.map((row) =>
    row.kind === 'gap'
      ? `… ${row.count}`
      : `${row.oldLine ?? ''}|${row.newLine ?? ''} ${row.kind} ${row.text}`,
  );
}

test('a change in the middle keeps three lines around it and folds the rest', () => {
  const before = numbers(20);
  const after = before.with(9, 'changed');
  const rows = diffRows(text(before), text(after));
  expect(brief(rows)).toEqual([
    '… 6',
    '7|7 same line 7',
    '8|8 same line 8',
    '9|9 same line 9',
    '10| removed line 10',
    '|10 added changed',
    '11|11 same line 11',
    '12|12 same line 12',
    '13|13 same line 13',
    '… 7',
  ]);
  const [gap] = rows;
  if (gap?.kind !== 'gap') throw new Error('expected a gap');
  expect(brief(gapRows(gap, text(before)))).toEqual(
    numbers(6).map((line, n) => `${n + 1}|${n + 1} same ${line}`),
  );
});

test('a new file is all added', () => {
  expect(brief(diffRows('', 'a\nb\n'))).toEqual(['|1 added a', '|2 added b']);
});

test('lines put in after the first keep their numbers', () => {
  expect(brief(diffRows('a\nb\n', 'a\nx\nb\n'))).toEqual(['1|1 same a', '|2 added x', '2|3 same b']);
});

test('what changed inside a line is marked, on both sides', () => {
  const rows = diffRows('const total = 1;\n', 'const sum = 1;\n');
  expect(rows.map((row) => (row.kind === 'gap' ? [] : row.marks))).toEqual([[[6, 11]], [[6, 9]]]);
});

test('lines without anything in common are not marked', () => {
  const rows = diffRows('alpha\n', 'omega\n');
  expect(rows.every((row) => row.kind !== 'gap' && row.marks.length === 0)).toBe(true);
});

test('side by side, what was removed stands beside what was added', () => {
  const rows = splitRows(diffRows('a\nb\nc\n', 'a\nx\ny\nz\nc\n'));
  expect(rows.map((row) => (row.kind === 'gap' ? 'gap' : [row.left?.text, row.right?.text]))).toEqual([
    ['a', 'a'],
    ['b', 'x'],
    [undefined, 'y'],
    [undefined, 'z'],
    ['c', 'c'],
  ]);
});
