import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** What this browser is told of. Nothing is shown before the browser's own permission. */
export interface NotificationChoice {
  /** an agent asks, or a turn failed */
  needsYou: boolean;
  /** a turn ended well and nothing waits behind it */
  done: boolean;
  /** whether to offer notifications was answered here once */
  isOffered: boolean;
}

export const useNotificationChoice = create<NotificationChoice>()(
  persist((): NotificationChoice => ({ needsYou: true, done: true, isOffered: false }), {
    name: 'pilotlight.notifications',
  }),
);
