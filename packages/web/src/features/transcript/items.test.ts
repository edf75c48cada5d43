import { expect, test } from 'vitest';
import { countNew, indexOfMessage, neighbour, prepended, sentItems, type Item } from './items.ts';

const item = (key: string, messageId: string | null, kind = 'notice') =>
  ({ kind, key, messageId }) as unknown as Item;
const ITEMS = [
  item('prompt-1', 'u1', 'prompt'),
  item('m1-0', 'm1', 'text'),
  item('m1-1', 'm1', 'tool'),
  item('m1-2', 'm1', 'text'),
  item('prompt-2', 'u2', 'prompt'),
];

test('what was put before is counted; another list altogether is none', () => {
  expect(prepended(ITEMS.slice(2), ITEMS)).toBe(2);
  expect(prepended(ITEMS, ITEMS)).toBe(0);
  expect(prepended([], ITEMS)).toBe(0);
  expect(prepended([item('gone', 'x')], ITEMS)).toBe(0);
});

test('from message to message and from tool to tool', () => {
  expect(neighbour(ITEMS, 0, 1, 'message')).toBe(1);
  expect(neighbour(ITEMS, 1, 1, 'message')).toBe(4);
  expect(neighbour(ITEMS, 4, 1, 'message')).toBe(-1);
  expect(neighbour(ITEMS, 4, -1, 'message')).toBe(1);
  expect(neighbour(ITEMS, 0, 1, 'tool')).toBe(2);
  expect(neighbour(ITEMS, 2, -1, 'tool')).toBe(-1);
});

test('a hit is shown at its part, else at its message', () => {
  expect(indexOfMessage(ITEMS, 'm1', 2)).toBe(3);
  expect(indexOfMessage(ITEMS, 'm1', 9)).toBe(1);
  expect(indexOfMessage(ITEMS, 'm9')).toBe(-1);
});

test('new messages are those behind the last one seen', () => {
  const messages = ['a', 'b', 'c'].map((id) => ({ id })) as unknown as Parameters<typeof countNew>[0];
  expect(countNew(messages, 'a')).toBe(2);
  expect(countNew(messages, 'c')).toBe(0);
  expect(countNew(messages, null)).toBe(0);
});

test('a prompt on its way is shown until the chat knows its turn', () => {
  const prompt = (id: string, at: number, chatId = 'c') => ({
    id,
    chatId,
    at,
    content: [],
    agent: null,
    error: null,
  });
  const prompts = { b: prompt('b', 2), a: prompt('a', 1), other: prompt('other', 1, 'd') };
  expect(sentItems(prompts, 'c', {}).map(({ key }) => key)).toEqual(['prompt-a', 'prompt-b']);
  const turns = { a: {} } as unknown as Parameters<typeof sentItems>[2];
  expect(sentItems(prompts, 'c', turns).map(({ key }) => key)).toEqual(['prompt-b']);
});
