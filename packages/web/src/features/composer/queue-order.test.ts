import { describe, expect, it } from 'vitest';
import { dragTarget, moved } from './queue-order.ts';

describe('moved', () => {
  it('moves one item and keeps the others in order', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 9)).toEqual(['b', 'c', 'a']);
    const list = ['a', 'b'];
    expect(moved(list, 1, 1)).toBe(list);
    expect(moved(list, 5, 0)).toBe(list);
  });
});

describe('dragTarget', () => {
  it('takes the place whose middle was passed', () => {
    const heights = [30, 30, 60, 30];
    expect(dragTarget(heights, 1, 0)).toBe(1);
    expect(dragTarget(heights, 1, 29)).toBe(1);
    expect(dragTarget(heights, 1, 30)).toBe(2);
    expect(dragTarget(heights, 1, 500)).toBe(3);
    expect(dragTarget(heights, 1, -15)).toBe(0);
    expect(dragTarget(heights, 3, -29)).toBe(3);
    expect(dragTarget(heights, 3, -90)).toBe(1);
  });
});
