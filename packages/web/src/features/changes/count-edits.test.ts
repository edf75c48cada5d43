import { emptyToolSnapshot, type Message, type ToolKind, type ToolStatus } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { countEdits } from './count-edits.ts';
import { newestPlan } from './newest-plan.ts';

function message(...parts: Message['parts']): Message {
  return { id: 'm', chatId: 'c', role: 'assistant', turnId: 't', agent: 'a', parts, createdAt: 0 };
}
function tool(kind: ToolKind, status: ToolStatus): Message['parts'][number] {
  return {
    type: 'tool_call',
    toolCall: { ...emptyToolSnapshot('x'), kind, status },
    startedAt: 0,
    endedAt: null,
  };
}
const plan = (content: string): Message['parts'][number] => ({
  type: 'plan',
  entries: [{ content, priority: 'medium', status: 'pending' }],
});

test('only ended calls that may have written count', () => {
  const messages = [
    message(tool('edit', 'completed'), tool('edit', 'in_progress'), tool('read', 'completed')),
    message(tool('execute', 'failed'), tool('delete', 'completed')),
  ];
  expect(countEdits(messages)).toBe(3);
});

test('the newest plan is the last one said', () => {
  expect(newestPlan([])).toBeNull();
  const messages = [
    message(plan('one')),
    message(plan('two'), plan('three')),
    message(tool('read', 'completed')),
  ];
  expect(newestPlan(messages)?.entries[0]?.content).toBe('three');
});
