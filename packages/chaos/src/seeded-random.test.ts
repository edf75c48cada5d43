import { expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

const draw = (random: SeededRandom): number[] => Array.from({ length: 200 }, () => random.between(1, 6));

it('says the same for the same seed, and something else for another', () => {
  expect(draw(new SeededRandom(7))).toEqual(draw(new SeededRandom(7)));
  expect(draw(new SeededRandom(7))).not.toEqual(draw(new SeededRandom(8)));
  const drawn = draw(new SeededRandom(7)).toSorted((a, b) => a - b);
  expect([drawn[0], drawn.at(-1)]).toEqual([1, 6]);
});

it('branches do not depend on what was drawn before', () => {
  const random = new SeededRandom(7);
  const before = draw(random.branch('a'));
  random.next();
  expect(draw(random.branch('a'))).toEqual(before);
  expect(draw(random.branch('b'))).not.toEqual(before);
});

it('chooses by weight, and never what weighs nothing', () => {
  const random = new SeededRandom(7);
  const counts = { often: 0, rare: 0, never: 0 };
  for (let n = 0; n < 1000; n++) counts[random.weighted({ often: 9, rare: 1, never: 0 })] += 1;
  expect(counts.never).toBe(0);
  expect(counts.often).toBeGreaterThan(800);
  expect(counts.rare).toBeGreaterThan(50);
});
