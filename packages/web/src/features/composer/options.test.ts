import type { ConfigOption } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { askedOf, choiceOf, isPrimary, ordered, shown, stillAsked, valueName } from './options.ts';

function option(id: string, category?: string, type: ConfigOption['type'] = 'select'): ConfigOption {
  return {
    id,
    name: id,
    ...(category === undefined ? {} : { category }),
    type,
    currentValue: type === 'select' ? 'a' : false,
    choices: type === 'select' ? [{ value: 'a', name: 'First' }] : [],
  };
}

const provider = option('provider', 'model');
const model = option('model', 'model');
const mode = option('permission-mode', 'mode');
const thinking = option('effort', 'thought_level');
const fast = option('fast', undefined, 'boolean');
const all = [fast, thinking, provider, mode, model];

describe('options', () => {
  it('stand as model, mode, thinking level, then the others', () => {
    expect(ordered(all).map(({ id }) => id)).toEqual([
      'model',
      'permission-mode',
      'effort',
      'fast',
      'provider',
    ]);
    expect(all.filter((one) => isPrimary(all, one)).map(({ id }) => id)).toEqual([
      'effort',
      'permission-mode',
      'model',
    ]);
  });

  it('are asked for by purpose where the server has a name for it', () => {
    expect(choiceOf(all, model, 'b')).toEqual({ model: 'b' });
    expect(choiceOf(all, mode, 'b')).toEqual({ mode: 'b' });
    expect(choiceOf(all, provider, 'b')).toEqual({ options: { provider: 'b' } });
    expect(choiceOf(all, fast, true)).toEqual({ options: { fast: true } });
  });

  it('are found again in what the server keeps', () => {
    const choice = { model: 'b', mode: 'c', options: { provider: 'd', fast: true } };
    expect(askedOf(all, choice)).toEqual({ model: 'b', 'permission-mode': 'c', provider: 'd', fast: true });
    expect(askedOf([], choice)).toEqual({ provider: 'd', fast: true });
  });

  it('say what is in force apart from what was asked for', () => {
    expect(shown(model, true, 'b')).toEqual({ option: model, inForce: 'a', asked: 'b' });
    expect(shown(model, true, 'a')).toMatchObject({ inForce: 'a', asked: null });
    expect(shown(model, false, 'a')).toMatchObject({ inForce: null, asked: 'a' });
  });

  it('are asked for no more once they are in force', () => {
    const asked = { model: 'a', effort: 'high', gone: 'x' };
    expect(stillAsked(asked, all)).toEqual({ effort: 'high', gone: 'x' });
    const open = { effort: 'high' };
    expect(stillAsked(open, all)).toBe(open);
  });

  it('name a value, also one that is listed no more', () => {
    expect(valueName(model, 'a')).toBe('First');
    expect(valueName(model, 'old')).toBe('old');
  });
});
