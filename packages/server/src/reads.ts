import type { MessagePage } from '@pilotlight/protocol';
import type { Journal } from './journal/journal.ts';
import type { Store } from './store/store.ts';

/**
 * The newest page comes from the chat's present state, so that what is being said is in it; what a longer page wants
 * beyond that window comes from the store.
 */
export function readMessages(
  store: Store,
  journal: Journal,
  chatId: string,
  page: { before?: string; limit: number },
): MessagePage {
  const { messages, hasEarlier } =
    page.before === undefined
      ? newest(store, journal, chatId, page.limit)
      : store.messages.page(chatId, page);
  const turnIds = [...new Set(messages.flatMap((message) => message.turnId ?? []))];
  return {
    messages,
    turns: store.turns.byIds(turnIds),
    permissions: turnIds.length === 0 ? [] : store.permissions.list({ chatId, turnIds }),
    hasEarlier,
  };
}

function newest(store: Store, journal: Journal, chatId: string, limit: number) {
  const { messages, hasEarlier } = journal.chatState(chatId);
  const kept = messages.slice(-limit);
  const oldest = kept[0];
  const room = limit - kept.length;
  if (!hasEarlier || room === 0 || oldest === undefined)
    return { messages: kept, hasEarlier: hasEarlier || kept.length < messages.length };
  const earlier = store.messages.page(chatId, { before: oldest.id, limit: room });
  return { messages: [...earlier.messages, ...kept], hasEarlier: earlier.hasEarlier };
}
