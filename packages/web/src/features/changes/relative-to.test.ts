import { expect, test } from 'vitest';
import { relativeTo } from './relative-to.ts';

test.each([
  ['/w/one', '/w/one/src/a.ts', 'src/a.ts'],
  ['/w/one/', '/w/one/src/a.ts', 'src/a.ts'],
  ['/w/one', 'file:///w/one/a b.ts', 'a b.ts'],
  ['/w/one', './a.ts', 'a.ts'],
  ['/w/one', '/w/one-more/a.ts', '/w/one-more/a.ts'],
  ['', '/etc/hosts', '/etc/hosts'],
])('%s and %s make %s', (folder, path, expected) => {
  expect(relativeTo(folder, path)).toBe(expected);
});
