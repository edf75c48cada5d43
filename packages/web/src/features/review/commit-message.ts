import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface Messages {
  /** by session */
  messages: Record<string, string>;
}

/** Messages of commits that are not made yet, over a reload. */
const useMessages = create<Messages>()(
  persist((): Messages => ({ messages: {} }), { name: 'pilotlight.commit-messages' }),
);

export function useMessage(sessionId: string): string {
  return useMessages(({ messages }) => messages[sessionId] ?? '');
}

export function messageOf(sessionId: string): string {
  return useMessages.getState().messages[sessionId] ?? '';
}

/** An empty message is forgotten. */
export function setMessage(sessionId: string, message: string): void {
  const { [sessionId]: _, ...others } = useMessages.getState().messages;
  useMessages.setState({ messages: message === '' ? others : { ...others, [sessionId]: message } });
}
