import { expect, it } from 'vitest';
import { nextSelected } from './inbox-selection.ts';

const list = (...ids: string[]) => ids.map((id) => ({ id }));

it('stays, goes on to the next one, and back from the end', () => {
  expect(nextSelected(list('a', 'b'), list('a', 'b', 'c'), 'b', true)).toBe('b');
  expect(nextSelected(list('a', 'b', 'c'), list('a', 'c'), 'b', true)).toBe('c');
  expect(nextSelected(list('a', 'b', 'c', 'd'), list('a', 'd'), 'b', true)).toBe('d');
  expect(nextSelected(list('a', 'b'), list('a'), 'b', true)).toBe('a');
  expect(nextSelected(list('a'), list(), 'a', true)).toBeNull();
});

it('selects by itself only where one must be', () => {
  expect(nextSelected(list(), list('a', 'b'), null, true)).toBe('a');
  expect(nextSelected(list(), list('a', 'b'), null, false)).toBeNull();
});
