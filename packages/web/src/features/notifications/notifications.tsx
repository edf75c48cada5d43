import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { followAppBadge } from './app-badge.ts';
import { useNotificationChoice } from './choice.ts';
import { followHappenings } from './follow-happenings.ts';
import { askPermission, followPermission, useNotificationPermission } from './permission.ts';

/** From how long a turn on, in ms, somebody may want to be told of its end instead of waiting for it. */
const LONG_TURN = 30_000;

/** Says outside of the page what happens while the user looks elsewhere. Shows nothing in the page but one offer. */
export function Notifications() {
  const router = useRouter();
  useEffect(() => {
    const open = (path: string) => void router.navigate({ href: path });
    const stops = [
      followPermission(),
      followAppBadge(),
      followWorkerClicks(open),
      followHappenings({
        open,
        onTurnEnded: ({ tookMs }) => {
          if (tookMs !== null && tookMs >= LONG_TURN) offerOnce();
        },
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [router]);
  return null;
}

/** A click on a notification that the service worker showed. */
function followWorkerClicks(open: (path: string) => void): () => void {
  const onMessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== 'object' || data === null || !('open' in data)) return;
    // Ours, and still only a place of this page.
    if (typeof data.open === 'string' && /^\/(?!\/)/.test(data.open)) open(data.open);
  };
  navigator.serviceWorker?.addEventListener('message', onMessage);
  return () => navigator.serviceWorker?.removeEventListener('message', onMessage);
}

/** After the first long turn, when somebody is there to read it, and never again in this browser. */
function offerOnce(): void {
  if (useNotificationPermission.getState().permission !== 'default') return;
  if (useNotificationChoice.getState().isOffered) return;
  if (document.hidden) {
    document.addEventListener('visibilitychange', offerOnce, { once: true });
    return;
  }
  useNotificationChoice.setState({ isOffered: true });
  toast(words.notifications.offer, 'info', {
    label: words.notifications.allow,
    run: () => void askPermission().catch(() => {}),
  });
}
