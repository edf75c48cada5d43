import type { MessagePage } from '@pilotlight/protocol';
import type { Journal } from './journal/journal.ts';
import type { Store } from './store/store.ts';

/** The newest page comes from the chat's present state, so that what is being said is in it. */
export function readMessages(
  store: Store,
  journal: Journal,
  chatId: string,
  page: { before?: string; limit: number },
): MessagePage {
  const { messages, hasEarlier } =
    page.before === undefined ? newest(journal, chatId, page.limit) : store.messages.page(chatId, page);
  const turnIds = [...new Set(messages.flatMap((message) => message.turnId ?? []))];
  return {
    messages,
    turns: store.turns.byIds(turnIds),
    permissions: turnIds.length === 0 ? [] : store.permissions.list({ chatId, turnIds }),
    hasEarlier,
  };
}

function newest(journal: Journal, chatId: string, limit: number) {
  const { messages, hasEarlier } = journal.chatState(chatId);
  const kept = messages.slice(-limit);
  return { messages: kept, hasEarlier: hasEarlier || kept.length < messages.length };
}
