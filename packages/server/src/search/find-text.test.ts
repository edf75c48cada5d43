import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findIn, literalPattern } from './find-text.ts';

const found = (text: string, query: string) => {
  const hit = findIn(text, literalPattern(query));
  return hit === null ? null : hit.excerpt.slice(hit.start, hit.start + hit.length);
};

test('finds what is written, in either case, and takes nothing for a pattern', () => {
  expect(found('The Cart is full', 'cart')).toBe('Cart');
  expect(found('ΟΔΟΣ', 'οδος')).toBe('ΟΔΟΣ');
  expect(found('İstanbul', 'stan')).toBe('stan');
  expect(found('a+b (c) [d] {e} $f ^g \\h |i /j .k *l ?m -n', '$F ^G \\h |i /J .k *l ?m -n')).not.toBeNull();
  expect(found('abc', 'a.c')).toBeNull();
});

test('shows one line around the match, with whole characters', () => {
  const text = `${'😀'.repeat(100)}\n\tfind me\n${'😀'.repeat(100)}`;
  const hit = findIn(text, literalPattern('find me'));
  expect(hit?.excerpt.isWellFormed()).toBe(true);
  expect(hit?.excerpt).toContain('😀  find me 😀');
  expect(hit?.excerpt.length).toBeLessThanOrEqual(125);
  expect(findIn('find me', literalPattern('find me'))).toEqual({ excerpt: 'find me', start: 0, length: 7 });
  const long = findIn('x'.repeat(1000), literalPattern('x'.repeat(200)));
  expect(long).toMatchObject({ start: 0, length: 200 });
  expect(long?.excerpt).toHaveLength(220);
});

test('the match is where it says, whatever the text', () => {
  const any = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(
      any,
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      any,
      (before, query, after) => {
        const text = before + query + after;
        const hit = findIn(text, literalPattern(query));
        expect(hit).not.toBeNull();
        const marked = hit?.excerpt.slice(hit.start, hit.start + hit.length) ?? '';
        expect(literalPattern(query.replaceAll(/\s/g, ' ')).test(marked)).toBe(true);
      },
    ),
  );
});
