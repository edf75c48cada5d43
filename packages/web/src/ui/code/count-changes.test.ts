import fc from 'fast-check';
import { diffLines } from 'diff';
import { expect, test } from 'vitest';
import { countChanges } from './count-changes.ts';

test('added, removed and changed lines', () => {
  expect(countChanges('', 'a\nb\n')).toEqual({ additions: 2, deletions: 0 });
  expect(countChanges('a\nb\n', '')).toEqual({ additions: 0, deletions: 2 });
  expect(countChanges('a\nb\nc\n', 'a\nx\ny\nc\n')).toEqual({ additions: 2, deletions: 1 });
  expect(countChanges('same', 'same')).toEqual({ additions: 0, deletions: 0 });
});

test('counts as a whole diff does', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const [oldText, newText] = [before, after].map((list) => list.map((line) => `${line}\n`).join(''));
      const changes = diffLines(oldText ?? '', newText ?? '');
      const sum = (of: 'added' | 'removed') =>
        changes.filter((change) => change[of]).reduce((total, { count }) => total + (count ?? 0), 0);
      expect(countChanges(oldText ?? '', newText ?? '')).toEqual({
        additions: sum('added'),
        deletions: sum('removed'),
      });
    }),
  );
});

test('too many changes are not counted', () => {
  const text = (name: string) => Array.from({ length: 5000 }, (_, n) => `${name}${n}`).join('\n');
  expect(countChanges(text('a'), text('b'))).toBeNull();
});
