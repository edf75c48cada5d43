import type { Chat } from '@pilotlight/protocol';
import { Link } from '@tanstack/react-router';
import { useIndex } from '../../live/index-store.ts';
import * as words from '../../words/index.ts';

/** What a chat is called where it stands alone: its session, else itself. */
export function useChatTitle(chat: Chat): string {
  const session = useIndex((index) => index.sessions[chat.sessionId]);
  return (
    [session?.title, chat.title].find((each) => each !== undefined && each !== '') ?? words.agents.untitled
  );
}

/** Leads to the chat, with the project it is in. */
export function ChatLink({ chat }: { chat: Chat }) {
  const title = useChatTitle(chat);
  const project = useIndex((index) => index.projects[index.sessions[chat.sessionId]?.projectId ?? '']);
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <Link
        to="/sessions/$sessionId"
        params={{ sessionId: chat.sessionId }}
        search={{ chat: chat.id }}
        className="truncate hover:underline hover:underline-offset-2 pointer-coarse:py-3"
      >
        {title}
      </Link>
      <span className="shrink-0 text-small text-ink-3">{project?.name}</span>
    </span>
  );
}
