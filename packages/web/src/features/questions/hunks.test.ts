import { expect, it } from 'vitest';
import { compactDiff } from './hunks.ts';

it('shows what changed with its line numbers', () => {
  const { lines, additions, deletions } = compactDiff('a\nb\nc\n', 'a\nB\nc\nd\n');
  expect({ additions, deletions }).toEqual({ additions: 2, deletions: 1 });
  expect(lines.map(({ kind, text, before, after }) => [kind, text, before, after])).toEqual([
    ['context', 'a', 1, 1],
    ['removed', 'b', 2, null],
    ['added', 'B', null, 2],
    ['context', 'c', 3, 3],
    ['added', 'd', null, 4],
  ]);
});

it('leaves out what did not change, and says so between', () => {
  const old = Array.from({ length: 40 }, (_, at) => `line ${at}`);
  const { lines } = compactDiff(old.join('\n'), old.with(2, 'x').with(35, 'y').join('\n'));
  expect(lines.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
  expect(lines).toHaveLength(16);
});

it('shows a new file whole', () => {
  expect(compactDiff(null, 'a\nb').lines.map(({ kind, after }) => [kind, after])).toEqual([
    ['added', 1],
    ['added', 2],
  ]);
});
