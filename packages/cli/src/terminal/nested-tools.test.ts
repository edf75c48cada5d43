import { emptyToolSnapshot, type MessagePage, type Part } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { indentOf, nested } from './nested-tools.ts';
import { Screen } from './screen.ts';
import { transcript } from './transcript.ts';

const tool = (id: string, parentToolCallId: string | null = null): Part => ({
  type: 'tool_call',
  toolCall: { ...emptyToolSnapshot(id), title: id, status: 'completed', parentToolCallId },
  startedAt: 1,
  endedAt: 2,
});

// Two sub-agents at work at the same time, one of which has a sub-agent of its own.
const parts = [
  tool('a'),
  tool('b'),
  tool('b1', 'b'),
  tool('a1', 'a'),
  tool('a2', 'a1'),
  tool('lost', 'gone'),
];

test('what a sub-agent did stands under the call that started it', () => {
  const page: MessagePage = {
    messages: [{ id: 'm', chatId: 'c', role: 'assistant', turnId: null, agent: 'x', parts, createdAt: 1 }],
    turns: [],
    permissions: [],
    hasEarlier: false,
  };
  const screen = new Screen(process.stdout, process.stderr, { NO_COLOR: '1' });
  expect(transcript(page, screen).split('\n').slice(1)).toEqual([
    '✓ a',
    '  ✓ a1',
    '    ✓ a2',
    '✓ b',
    '  ✓ b1',
    '✓ lost',
  ]);
});

test('a call that names itself as its own parent, or a ring of them, ends', () => {
  expect(nested([tool('self', 'self')])).toHaveLength(1);
  const ring = [tool('x', 'y'), tool('y', 'x')];
  expect(nested(ring)).toEqual(ring);
  expect(indentOf(ring[0] as Part, ring)).toBe(' '.repeat(16));
});
