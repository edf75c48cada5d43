import { currentIndex } from '../../live/index-store.ts';

/** Where the agent of the chat works; null while the session's worktree is not made. */
export function folderOf(chatId: string): string | null {
  const { chats, sessions, projects } = currentIndex();
  const session = sessions[chats[chatId]?.sessionId ?? ''];
  if (session === undefined) return null;
  if (session.worktree !== null) return session.worktree.path;
  return session.inPlace ? (projects[session.projectId]?.path ?? null) : null;
}
