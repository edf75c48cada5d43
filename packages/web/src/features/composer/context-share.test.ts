import { expect, it } from 'vitest';
import { contextShare } from './context-share.ts';

it('rounds without saying nothing or all', () => {
  expect(contextShare(0, 200)).toBe(0);
  expect(contextShare(1, 200_000)).toBe(1);
  expect(contextShare(68_000, 200_000)).toBe(34);
  expect(contextShare(199_900, 200_000)).toBe(99);
  expect(contextShare(250_000, 200_000)).toBe(100);
  expect(contextShare(5, undefined)).toBeNull();
  expect(contextShare(5, 0)).toBeNull();
});
