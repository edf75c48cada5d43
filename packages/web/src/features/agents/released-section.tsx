import type { AgentSession, Chat, IndexState } from '@pilotlight/protocol';
import { useMemo } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { ChatLink } from './chat-link.tsx';

const text = words.agents;
const MOST = 8;

/** The agent sessions that left memory last, and why. Their next prompt brings them back. */
export function ReleasedSection({ nameOf }: { nameOf(agent: string): string }) {
  const sessions = useIndex(agentSessionsOf);
  const chats = useIndex(chatsOf);
  const cold = useMemo(
    () =>
      Object.values(sessions)
        .flatMap((session) => {
          const chat = chats[session.chatId];
          return session.state === 'cold' && chat !== undefined ? [{ session, chat }] : [];
        })
        .toSorted((a, b) => b.session.updatedAt - a.session.updatedAt)
        .slice(0, MOST),
    [sessions, chats],
  );
  if (cold.length === 0) return null;
  return (
    <Section id="released" title={text.releasedTitle} note={text.releasedAbout}>
      <ul>
        {cold.map(({ session, chat }) => (
          <Released
            key={`${session.chatId}/${session.agent}`}
            session={session}
            chat={chat}
            name={nameOf(session.agent)}
          />
        ))}
      </ul>
    </Section>
  );
}

function Released({ session, chat, name }: { session: AgentSession; chat: Chat; name: string }) {
  return (
    <li className="grid gap-x-3 border-b border-line py-1.5 last:border-b-0 wide:grid-cols-[minmax(0,5fr)_minmax(0,7fr)_64px]">
      <div className="flex min-w-0 items-baseline gap-2">
        <span className="shrink-0 font-medium">{name}</span>
        <ChatLink chat={chat} />
      </div>
      <p className="min-w-0 text-small text-ink-2">{session.why}</p>
      <span className="text-small text-ink-3 wide:text-right">
        <Ago at={session.updatedAt} />
      </span>
    </li>
  );
}

function agentSessionsOf(index: IndexState): IndexState['agentSessions'] {
  return index.agentSessions;
}

function chatsOf(index: IndexState): IndexState['chats'] {
  return index.chats;
}
