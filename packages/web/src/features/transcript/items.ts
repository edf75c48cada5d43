import type { Message, Permission, Turn } from '@pilotlight/protocol';
import type { ChatView } from '../../live/chat-store.ts';
import type { SentPrompt } from '../../live/outbox.ts';
import { promptKey, type Row } from './transcript-rows.ts';

/** What the list shows: the chat's rows, then the prompts that are on their way to it. */
export type Item = Row | { kind: 'sent'; key: string; messageId: null; prompt: SentPrompt };

/** The prompts of this chat that it does not know yet, oldest first. */
export function sentItems(
  prompts: Readonly<Record<string, SentPrompt>>,
  chatId: string,
  turns: Readonly<Record<string, Turn>>,
): Item[] {
  return Object.values(prompts)
    .filter((prompt) => prompt.chatId === chatId && turns[prompt.id] === undefined)
    .sort((a, b) => a.at - b.at)
    .map((prompt) => ({ kind: 'sent', key: promptKey(prompt.id), messageId: null, prompt }));
}

/** How many items were put before the first of the earlier ones; 0 when that is gone. */
export function prepended(before: readonly Item[], after: readonly Item[]): number {
  const first = before[0]?.key;
  if (first === undefined || after[0]?.key === first) return 0;
  return Math.max(
    0,
    after.findIndex((item) => item.key === first),
  );
}

/** The nearest item in a direction at which a message begins, or a tool call is; -1 when there is none. */
export function neighbour(
  items: readonly Item[],
  from: number,
  step: 1 | -1,
  what: 'message' | 'tool',
): number {
  for (let at = from + step; at >= 0 && at < items.length; at += step) {
    const item = items[at];
    if (item === undefined) break;
    const isTool = item.kind === 'tool' || item.kind === 'fold';
    if (what === 'tool' ? isTool : beginsMessage(items, at)) return at;
  }
  return -1;
}

function beginsMessage(items: readonly Item[], at: number): boolean {
  const item = items[at];
  return item?.kind === 'sent' || (item?.messageId !== null && item?.messageId !== items[at - 1]?.messageId);
}

/** Where a message is shown, at one of its parts if that has a row of its own; -1 when it is not here. */
export function indexOfMessage(items: readonly Item[], messageId: string, part?: number): number {
  const exact = part === undefined ? -1 : items.findIndex(({ key }) => key === `${messageId}-${part}`);
  return exact >= 0 ? exact : items.findIndex((item) => item.messageId === messageId);
}

/** Messages behind the one that was the last when the reader went away from the end. */
export function countNew(messages: readonly Message[], lastSeen: string | null): number {
  const at = lastSeen === null ? -1 : messages.findLastIndex(({ id }) => id === lastSeen);
  return at < 0 ? 0 : messages.length - 1 - at;
}

/** The turns that wait for an answer. */
export function askingTurns(permissions: Readonly<Record<string, Permission>>): ReadonlySet<string> {
  const pending = Object.values(permissions).filter(({ state }) => state === 'pending');
  return new Set(pending.map(({ turnId }) => turnId));
}

/** What the agent said last, as it was written; empty before it said anything. */
export function lastAnswer({ state, earlier }: Pick<ChatView, 'state' | 'earlier'>): string {
  for (const messages of [state.messages, earlier]) {
    for (const { role, parts } of messages.toReversed()) {
      const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
      if (role === 'assistant' && text.trim() !== '') return text;
    }
  }
  return '';
}
