import { currentIndex } from '../../live/index-store.ts';
import { sendPrompt } from '../../live/outbox.ts';
import { changesArrived } from './asked-options.ts';
import { contentOf, isEmpty } from './draft.ts';
import { clearDraft, draftOf } from './drafts.ts';

/** Sends what is written, to that agent; nothing when nothing is. The field is empty at once. */
export async function submitDraft(chatId: string, agent: string): Promise<void> {
  const draft = draftOf(chatId);
  if (isEmpty(draft)) return;
  const content = contentOf(draft, folderOf(chatId));
  clearDraft(chatId);
  await changesArrived(chatId);
  await sendPrompt(chatId, content, agent);
}

/** Where the agent of the chat works; null while the session's worktree is not made. */
export function folderOf(chatId: string): string | null {
  const { chats, sessions, projects } = currentIndex();
  const session = sessions[chats[chatId]?.sessionId ?? ''];
  if (session === undefined) return null;
  if (session.worktree !== null) return session.worktree.path;
  return session.inPlace ? (projects[session.projectId]?.path ?? null) : null;
}
