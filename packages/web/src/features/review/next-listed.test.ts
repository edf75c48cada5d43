import type { DiffFile } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { nextListed } from './next-listed.ts';
import type { Scope } from './scope.ts';

const list = (scope: Scope, ...paths: string[]) =>
  paths.map((path) => ({ scope, file: { path } as DiffFile }));
const gone = (file: string) => ({ scope: 'unstaged' as const, file });
const staged = list('staged', 'b', 'z');

test('the one after it, over others that went with it', () => {
  const before = [...list('unstaged', 'a', 'b', 'c', 'd'), ...staged];
  expect(nextListed(gone('b'), before, [...list('unstaged', 'a', 'c', 'd'), ...staged]).file).toBe('c');
  expect(nextListed(gone('b'), before, [...list('unstaged', 'a', 'd'), ...staged]).file).toBe('d');
});

test('at the end the one before, and in the end none', () => {
  const before = [...list('unstaged', 'a', 'b'), ...staged];
  expect(nextListed(gone('b'), before, [...list('unstaged', 'a'), ...staged]).file).toBe('a');
  expect(nextListed(gone('b'), before, staged)).toEqual({ scope: 'unstaged', file: null });
  expect(nextListed(gone('b'), list('unstaged', 'b'), [])).toEqual({ scope: 'unstaged', file: null });
});
