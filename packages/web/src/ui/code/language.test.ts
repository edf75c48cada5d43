import { expect, test } from 'vitest';
import { languageOf } from './language.ts';

test.each([
  ['ts', 'typescript'],
  ['TSX', 'tsx'],
  ['src/cart.test.ts', 'typescript'],
  ['deploy/Dockerfile', 'docker'],
  ['js {1,3}', 'javascript'],
  ['constructor', null],
  ['', null],
  ['notes', null],
])('%s is read as %s', (name, language) => {
  expect(languageOf(name)).toBe(language);
});
