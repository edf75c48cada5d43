import { expect, test } from 'vitest';
import { conflictMarks } from './conflict-marks.ts';

const hunk = (...texts: string[]) => ({
  oldStart: 1,
  oldLines: 0,
  newStart: 1,
  newLines: texts.length,
  section: '',
  lines: texts.map((text, at) => ({
    kind: 'added' as const,
    oldLine: null,
    newLine: at + 1,
    text,
    marks: [],
  })),
});

test('markers are found in order, and no title that is underlined', () => {
  const hunks = [
    hunk('Title', '=======', '<<<<<<< HEAD', 'a', '||||||| 1', 'o', '=======', 'b', '>>>>>>> x', '======='),
  ];
  expect([...conflictMarks(hunks)]).toEqual([
    [3, 'ours'],
    [5, 'base'],
    [7, 'middle'],
    [9, 'theirs'],
  ]);
});

test('what looks alike is none', () => {
  expect(conflictMarks([hunk('<<<<<<<< eight', ' <<<<<<< HEAD', '>>>>>>> alone')]).size).toBe(0);
});
