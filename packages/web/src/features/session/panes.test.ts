import type { Chat } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { chatToAdd, panesOf, roundFrom, searchOf, withChat } from './panes.ts';

const chats = ['a', 'b', 'c', 'd'].map((id, at) => ({ id, updatedAt: at })) as Chat[];

test('the address names the panes; the newest chat stands in for the first', () => {
  expect(panesOf({ chat: 'b', beside: 'c,a' }, chats, 'd')).toEqual(['b', 'c', 'a']);
  expect(panesOf({}, chats, 'd')).toEqual(['d']);
  expect(panesOf({ beside: 'a' }, chats, 'd')).toEqual(['d', 'a']);
});

test('no chat twice, none that is gone, and no more than three', () => {
  expect(panesOf({ chat: 'a', beside: 'a,x,b,c,d' }, chats, null)).toEqual(['a', 'b', 'c']);
  expect(panesOf({ chat: 'x' }, chats, 'd')).toEqual([]);
});

test('panes and address say the same', () => {
  expect(searchOf(['a', 'b', 'c'])).toEqual({ chat: 'a', beside: 'b,c' });
  expect(searchOf(['a'])).toEqual({ chat: 'a' });
  expect(searchOf([])).toEqual({});
});

test('a chat is shown in the pane that is used, unless it has one', () => {
  expect(withChat(['a', 'b'], 'c', 'b')).toEqual(['a', 'c']);
  expect(withChat(['a', 'b'], 'b', 'a')).toEqual(['a', 'b']);
  expect(withChat([], 'c', null)).toEqual(['c']);
});

test('beside goes the chat that spoke last', () => {
  expect(chatToAdd(['d'], chats)).toBe('c');
  expect(chatToAdd(['a', 'b', 'c', 'd'], chats)).toBeNull();
});

test('from the last one goes round to the first', () => {
  expect(roundFrom(['a', 'b'], 'b', 1)).toBe('a');
  expect(roundFrom(['a', 'b'], 'a', -1)).toBe('b');
  expect(roundFrom([], null, 1)).toBeNull();
});
