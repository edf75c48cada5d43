import { expect, test } from 'vitest';
import { markedTokens } from './marked-line.ts';

test('tokens are cut where marks begin and end', () => {
  const tokens = [
    { text: 'const', color: 'k' },
    { text: ' total', color: null },
  ];
  expect(markedTokens('const total', tokens, [[3, 8]])).toEqual([
    { text: 'con', color: 'k', isMarked: false },
    { text: 'st', color: 'k', isMarked: true },
    { text: ' to', color: null, isMarked: true },
    { text: 'tal', color: null, isMarked: false },
  ]);
});

test('plain text without marks stays whole', () => {
  expect(markedTokens('abc', undefined, [])).toEqual([{ text: 'abc', color: null, isMarked: false }]);
});
