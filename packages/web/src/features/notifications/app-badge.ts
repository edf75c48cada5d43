import type { IndexState } from '@pilotlight/protocol';
import { currentIndex, watchIndex } from '../../live/index-store.ts';
import { sessionRows } from '../../live/groups.ts';

/** Streaming changes the index many times a second; the number on an icon may be a moment behind. */
const PAUSE = 500;

/** Keeps the number of sessions that need the user on the installed app's icon. Answers how to stop. */
export function followAppBadge(): () => void {
  if (!('setAppBadge' in navigator)) return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: number | null = null;
  const show = (): void => {
    timer = undefined;
    const needing = countNeeding(currentIndex());
    if (needing === shown) return;
    shown = needing;
    // Refused where the page is not installed: then there is no icon.
    navigator.setAppBadge(needing).catch(() => {});
  };
  const stop = watchIndex(() => {
    timer ??= setTimeout(show, PAUSE);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function countNeeding(index: IndexState): number {
  return sessionRows(index).filter(({ standing }) => standing === 'needs_you').length;
}
