import { useEffect, useSyncExternalStore } from 'react';
import { chatStore, type ChatView } from './chat-store.ts';

/** The chat, followed while the component is there. Renders at most once a painted frame. */
export function useChat(chatId: string): ChatView {
  const store = chatStore(chatId);
  useEffect(() => store.use(), [store]);
  return useSyncExternalStore(store.view.subscribe, store.view.snapshot);
}

/** As `useChat`, but renders only when what `select` picks has changed; `select` must answer stable values. */
export function useChatPart<T>(chatId: string, select: (view: ChatView) => T): T {
  const store = chatStore(chatId);
  useEffect(() => store.use(), [store]);
  return useSyncExternalStore(store.view.subscribe, () => select(store.view.snapshot()));
}
