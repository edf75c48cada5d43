import { describe, expect, it } from 'vitest';
import { completed, triggerAt } from './trigger.ts';

describe('triggerAt', () => {
  it('finds a command at the beginning only', () => {
    expect(triggerAt('/', 1)).toEqual({ kind: 'command', query: '', start: 0, end: 1 });
    expect(triggerAt('/cou', 4)).toMatchObject({ kind: 'command', query: 'cou' });
    expect(triggerAt('/count 3', 8)).toBeNull();
    expect(triggerAt('say /count', 10)).toBeNull();
    expect(triggerAt('src/cart', 8)).toBeNull();
  });

  it('takes the whole word under the caret for a command', () => {
    expect(triggerAt('/count now', 3)).toMatchObject({ query: 'co', end: 6 });
  });

  it('finds a file at the beginning of a word, wherever that is', () => {
    expect(triggerAt('@', 1)).toEqual({ kind: 'file', query: '', start: 0, end: 1 });
    expect(triggerAt('look at @src/ca please', 15)).toEqual({
      kind: 'file',
      query: 'src/ca',
      start: 8,
      end: 15,
    });
    expect(triggerAt('(@a', 3)).toMatchObject({ kind: 'file', query: 'a' });
    expect(triggerAt('dev@example', 11)).toBeNull();
    expect(triggerAt('@src/cart.ts done', 17)).toBeNull();
  });
});

describe('completed', () => {
  it('puts the caret behind one blank', () => {
    expect(completed('/co', { kind: 'command', query: 'co', start: 0, end: 3 }, '/count')).toEqual({
      text: '/count ',
      caret: 7,
    });
    const trigger = triggerAt('see @ca too', 7);
    expect(trigger && completed('see @ca too', trigger, '@src/cart.ts')).toEqual({
      text: 'see @src/cart.ts too',
      caret: 17,
    });
  });
});
