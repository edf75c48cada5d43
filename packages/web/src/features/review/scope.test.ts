import { expect, test } from 'vitest';
import { isTurn, isUncommitted, placeOf, searchOfPlace } from './scope.ts';

test('the address and the place say the same', () => {
  for (const place of [
    { scope: 'session', file: null },
    { scope: 'staged', file: 'src/a b.ts' },
    { scope: 'trn_1', file: 'ü.ts' },
  ] as const) {
    expect(placeOf(searchOfPlace(place))).toEqual(place);
  }
});

test('an address without a review names none, and one that nobody knows the whole session', () => {
  expect(placeOf({ file: 'a' })).toBeNull();
  expect(placeOf({ review: 'everything' })).toEqual({ scope: 'session', file: null });
});

test('scopes know their kind', () => {
  expect([isTurn('trn_1'), isTurn('session')]).toEqual([true, false]);
  expect([isUncommitted('staged'), isUncommitted('session')]).toEqual([true, false]);
});
