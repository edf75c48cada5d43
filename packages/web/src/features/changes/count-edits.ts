import { isToolEnded, type Message } from '@pilotlight/protocol';

const WRITES: ReadonlySet<string> = new Set(['edit', 'delete', 'move', 'execute']);
const counted = new WeakMap<Message, number>();

/** How many calls that may have changed files have ended: when it grows, the worktree is worth another look. */
export function countEdits(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + ofMessage(message), 0);
}

function ofMessage(message: Message): number {
  const known = counted.get(message);
  if (known !== undefined) return known;
  const count = message.parts.filter(
    (part) =>
      part.type === 'tool_call' && WRITES.has(part.toolCall.kind) && isToolEnded(part.toolCall.status),
  ).length;
  counted.set(message, count);
  return count;
}
