import { create } from 'zustand';

/** Whether the list of deleted sessions is open; it is mounted once, over every place. */
export const useRemovedSessions = create<{ isOpen: boolean }>()(() => ({ isOpen: false }));

export function openRemovedSessions(): void {
  useRemovedSessions.setState({ isOpen: true });
}

export function closeRemovedSessions(): void {
  useRemovedSessions.setState({ isOpen: false });
}
