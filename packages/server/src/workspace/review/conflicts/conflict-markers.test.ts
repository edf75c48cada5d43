import { expect, it } from 'vitest';
import { findMarkers } from './conflict-markers.ts';

it('finds each place, however its sides are shown, and no underlined title', () => {
  const text = [
    'Title',
    '=======',
    '<<<<<<< HEAD',
    'a',
    'b',
    '||||||| base',
    'o',
    '=======',
    'c',
    '>>>>>>> x',
    'end',
  ];
  expect(findMarkers(text.join('\n'))).toEqual([{ line: 3, ours: 2 }]);
  expect(findMarkers(text.join('\r\n'))).toEqual([{ line: 3, ours: 2 }]);
  expect(findMarkers('<<<<<<<\n=======\n>>>>>>>\n\n<<<<<<< a\nx\n')).toEqual([
    { line: 1, ours: 0 },
    { line: 5, ours: 2 },
  ]);
});

it('finds a marker that was left alone', () => {
  expect(findMarkers('a\n>>>>>>> mine\n')).toEqual([{ line: 2, ours: 0 }]);
  expect(findMarkers('=======\n<<<<<<<< eight\n > >>>>>>> quoted\n')).toEqual([]);
});
