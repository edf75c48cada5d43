import { describe, expect, it } from 'vitest';
import { hits, matching } from './search.ts';

const titles = ['Refactor the cart', 'Checkout fails on Größe', 'Перенос корзины', 'Open settings'];
const found = (query: string) => matching(titles, query, (title) => title);

describe('matching', () => {
  it('answers all in their order when nothing was typed', () => {
    expect(found('  ')).toEqual(titles);
  });

  it('takes words in any order, one wrong letter, and every script', () => {
    expect(found('cart refac')).toEqual(['Refactor the cart']);
    expect(found('chekout')).toEqual(['Checkout fails on Größe']);
    expect(found('größe')).toEqual(['Checkout fails on Größe']);
    expect(found('корз')).toEqual(['Перенос корзины']);
    expect(found('nothing of it')).toEqual([]);
  });

  it('puts the better match first', () => {
    const names = ['Close the open file', 'Open a file'];
    expect(matching(names, 'open', (name) => name)[0]).toBe('Open a file');
  });

  it('keeps the order of what matches equally well', () => {
    const names = ['Cart b', 'Cart a'];
    expect(matching(names, 'cart', (name) => name)).toEqual(names);
  });
});

describe('hits', () => {
  it('says where the text matched', () => {
    const [hit] = hits(titles, 'sett', (title) => title);
    expect(hit).toEqual({ item: 'Open settings', ranges: [5, 9] });
  });
});
