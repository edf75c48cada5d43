import type { IndexState } from '@pilotlight/protocol';
import { currentIndex, watchIndex } from '../../live/index-store.ts';
import * as words from '../../words/index.ts';
import { sessionTitle } from '../board/session-title.ts';
import { useNotificationChoice } from './choice.ts';
import { useNotificationPermission } from './permission.ts';
import { closeNotification, showNotification } from './show-notification.ts';
import { whatHappened, type Happening } from './what-happened.ts';
import { isInView, shouldTell, type View } from './whom-to-tell.ts';
import { Windows } from './windows.ts';

export interface Follower {
  /** opens a place of the page, after a click */
  open(path: string): void;
  /** a turn ended that took long; told whether or not anything is shown */
  onTurnEnded(happening: Happening): void;
}

/** Watches the index and shows what happens elsewhere. Answers how to stop. */
export function followHappenings({ open, onTurnEnded }: Follower): () => void {
  const windows = new Windows();
  let before: IndexState | null = currentIndex().seq > 0 ? currentIndex() : null;

  const tell = (happening: Happening): void => {
    const view = viewNow();
    if (isInView(view, happening)) windows.take(happening.tag);
    if (happening.kind !== 'question') onTurnEnded(happening);
    if (useNotificationPermission.getState().permission !== 'granted') return;
    if (!shouldTell(view, useNotificationChoice.getState(), happening)) return;
    windows.unlessTaken(happening.tag, () => {
      if (!isStillSo(happening, currentIndex())) return;
      const path = `/sessions/${happening.sessionId}?chat=${happening.chatId}`;
      const { title, body } = textOf(happening, currentIndex());
      showNotification({ title, body, tag: happening.tag, path }, () => open(path)).catch(() => {
        // The permission was withdrawn, or the browser is out of notifications: the page shows it all the same.
      });
    });
  };

  const stop = watchIndex((after) => {
    // The first state is what was there at load.
    if (before !== null) {
      for (const id of Object.keys(before.permissions))
        if (!(id in after.permissions)) void closeNotification(`question:${id}`).catch(() => {});
      for (const happening of whatHappened(before, after, Date.now())) tell(happening);
    }
    before = after;
  });
  return () => {
    stop();
    windows[Symbol.dispose]();
  };
}

/** It was not answered or looked at since. */
function isStillSo({ kind, chatId, tag }: Happening, index: IndexState): boolean {
  if (kind === 'question') return tag.slice(tag.indexOf(':') + 1) in index.permissions;
  return index.chats[chatId]?.unseen === true;
}

function viewNow(): View {
  return { isHidden: document.hidden, hasFocus: document.hasFocus(), path: location.pathname };
}

/** `Checkout bug: needs your answer`, and what is asked or what the agent said last. */
function textOf({ kind, sessionId, text }: Happening, index: IndexState): { title: string; body: string } {
  const session = index.sessions[sessionId];
  if (session === undefined) return { title: words.common.product, body: text };
  const chats = Object.values(index.chats)
    .filter((chat) => chat.sessionId === sessionId)
    .sort((a, b) => a.createdAt - b.createdAt);
  const project = index.projects[session.projectId]?.name;
  const title = words.notifications.title[kind](sessionTitle({ session, chats }));
  return { title, body: [project, text].filter(Boolean).join(' · ') };
}
