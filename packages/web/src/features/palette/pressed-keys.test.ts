import { describe, expect, it } from 'vitest';
import type { BoundCommand } from '../../app/commands.ts';
import { afterBinding, afterReset, conflictOf, pressOf, withPress, type KeyPress } from './pressed-keys.ts';

const event = (key: string, code: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

function command(id: string, keys?: string, rest: Partial<BoundCommand> = {}): BoundCommand {
  const bound = keys === undefined ? {} : { keys };
  return { id, title: id, group: '', run: () => {}, offeredKeys: keys, ...bound, ...rest };
}

describe('pressOf', () => {
  it.each([
    [event('k', 'KeyK', { ctrlKey: true }), '$mod+k'],
    [event('K', 'KeyK', { ctrlKey: true, shiftKey: true }), '$mod+Shift+k'],
    [event('∆', 'KeyJ', { altKey: true }), 'Alt+KeyJ'],
    [event('л', 'KeyK'), 'KeyK'],
    [event('!', 'Digit1', { shiftKey: true }), 'Shift+Digit1'],
    [event('+', 'Equal', { shiftKey: true, ctrlKey: true }), '$mod+Shift+Equal'],
    [event('/', 'Slash'), '/'],
    [event('ArrowUp', 'ArrowUp', { altKey: true }), 'Alt+ArrowUp'],
    [event(' ', 'Space', { ctrlKey: true }), '$mod+Space'],
    [event('Control', 'ControlLeft', { ctrlKey: true }), null],
  ])('%o is %s', (pressed, keys) => {
    expect(pressOf(pressed, false)).toBe(keys);
  });

  it('calls the command key of an Apple keyboard $mod', () => {
    expect(pressOf(event('k', 'KeyK', { metaKey: true }), true)).toBe('$mod+k');
    expect(pressOf(event('k', 'KeyK', { ctrlKey: true }), true)).toBe('Control+k');
  });
});

describe('withPress', () => {
  it('makes a sequence of two plain presses and nothing longer', () => {
    expect(withPress('', 'g')).toBe('g');
    expect(withPress('g', 'b')).toBe('g b');
    expect(withPress('g b', 'x')).toBe('x');
    expect(withPress('$mod+k', 'x')).toBe('x');
    expect(withPress('g', '$mod+k')).toBe('$mod+k');
  });
});

describe('conflictOf', () => {
  const board = command('go.board', 'g b');
  const palette = command('palette.open', '$mod+KeyK', { inFields: true });
  const all = [board, palette, command('free')];

  it('finds the command that has them, however they are spelt', () => {
    expect(conflictOf(board, '$mod+k', all)).toEqual({ kind: 'command', commands: [palette] });
    expect(conflictOf(palette, '$mod+k', all)).toBeNull();
  });

  it('finds the one they are the beginning of', () => {
    expect(conflictOf(palette, '$mod+g', all)).toBeNull();
    expect(conflictOf(command('free'), 'g', all)).toEqual({ kind: 'command', commands: [board] });
    expect(conflictOf(command('free'), 'g x', all)).toBeNull();
  });

  it('refuses what has a meaning elsewhere', () => {
    expect(conflictOf(board, '$mod+t', all)).toEqual({ kind: 'browser' });
    expect(conflictOf(board, 'g Enter', all)).toEqual({ kind: 'fixed' });
    expect(conflictOf(board, 'Digit3', all)).toEqual({ kind: 'fixed' });
    expect(conflictOf(palette, 'p', all)).toEqual({ kind: 'plain' });
    expect(conflictOf(palette, 'F2', all)).toBeNull();
  });
});

describe('binding', () => {
  const all = [command('a', 'g b'), command('b', '$mod+KeyJ')];

  it('takes the keys from who had them', () => {
    expect(afterBinding({}, all, 'a', '$mod+j')).toEqual({ a: '$mod+j', b: '' });
  });

  it('forgets keys that are the first ones', () => {
    expect(afterBinding({ b: 'x' }, all, 'b', '$mod+j')).toEqual({});
  });

  it('gives the first ones back, also from another', () => {
    const swapped = [
      { ...command('a', 'g b'), keys: '$mod+j' },
      { ...command('b', '$mod+KeyJ'), keys: '' },
    ];
    expect(afterReset({ a: '$mod+j', b: '' }, swapped, 'b')).toEqual({ a: '' });
  });
});
