import { expect, test } from 'vitest';
import { matchPath, prepareQuery } from './match-path.ts';

function ranked(query: string, paths: string[]): string[] {
  const wanted = prepareQuery(query);
  return paths
    .flatMap((path) => {
      const score = matchPath(wanted, path);
      return score === null ? [] : [{ path, score }];
    })
    .toSorted((one, other) => other.score - one.score)
    .map(({ path }) => path);
}

test('a path matches when it has the characters in order, in either case', () => {
  expect(ranked('cart', ['src/Cart.ts', 'CART', 'trac', 'c/a/r/t', 'car'])).toEqual([
    'CART',
    'src/Cart.ts',
    'c/a/r/t',
  ]);
  expect(ranked('src cart', ['src/cart.ts', 'cart/src.ts'])).toEqual(['src/cart.ts']);
  expect(ranked('é', ['É.txt', 'e.txt'])).toEqual(['É.txt']);
});

test.each([
  ['its own name goes before its folders', 'cart', ['src/cart.ts', 'cart/src/index.ts']],
  ['the beginning of the name goes before the middle', 'cart', ['a/cart-view.ts', 'a/b-mycart.ts']],
  ['together goes before apart', 'cart', ['x/mycarts.ts', 'x/mcaxrxt.ts']],
  ['beginnings of words go before their middles', 'dr', ['src/diff-recorder.ts', 'src/hydra.ts']],
  ['humps begin words', 'sf', ['src/SessionFolder.ts', 'src/asf.ts']],
  ['the shorter of two that fit alike', 'index', ['a/index.ts', 'a/b/c/index.ts']],
  ['a later place that fits better is found', 'ts', ['t/a/s/ts.md', 't/a/s/x.md']],
])('%s', (_, query, order) => {
  expect(ranked(query, order.toReversed())).toEqual(order);
});

test('an odd path or query does no harm', () => {
  expect(matchPath(prepareQuery('İ'), 'İstanbul')).not.toBeNull();
  expect(matchPath(prepareQuery('a'.repeat(200)), 'a'.repeat(4000))).not.toBeNull();
  expect(matchPath(prepareQuery('x'), '')).toBeNull();
});
