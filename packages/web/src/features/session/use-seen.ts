import { useEffect, useSyncExternalStore } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';

function subscribe(listener: () => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  document.addEventListener('visibilitychange', listener, { signal });
  window.addEventListener('focus', listener, { signal });
  window.addEventListener('blur', listener, { signal });
  return () => ending.abort();
}

const isLookedAt = (): boolean => !document.hidden && document.hasFocus();

/** Tells the server that the chat was seen, for as long as it is shown in a window that somebody looks at. */
export function useSeen(chatId: string): void {
  const isUnseen = useIndex(({ chats }) => chats[chatId]?.unseen ?? false);
  const isLooking = useSyncExternalStore(subscribe, isLookedAt);
  useEffect(() => {
    if (!isUnseen || !isLooking) return;
    // It stays unseen when this fails, and is told again with the next look.
    server.markChatSeen(chatId).catch(() => {});
  }, [chatId, isUnseen, isLooking]);
}
