import type { Permission } from '@pilotlight/protocol';
import { useNavigate, type UseNavigateResult } from '@tanstack/react-router';
import { chatStore } from '../../live/chat-store.ts';
import { currentIndex } from '../../live/index-store.ts';
import { wantFocus } from './question-focus.ts';

/** Opens the chat at its question, and gives the question the focus. */
export function goToQuestion(navigate: UseNavigateResult<string>, { id, chatId, turnId }: Permission): void {
  if (wantFocus(id)) return;
  const sessionId = currentIndex().chats[chatId]?.sessionId;
  if (sessionId === undefined) return;
  const { messages } = chatStore(chatId).view.value.state;
  const message = messages.findLast((each) => each.turnId === turnId)?.id;
  void navigate({
    to: '/sessions/$sessionId',
    params: { sessionId },
    search: { chat: chatId, ...(message === undefined ? {} : { message }) },
  });
}

export function useGoToQuestion(): (permission: Permission) => void {
  const navigate = useNavigate();
  return (permission) => goToQuestion(navigate, permission);
}
