import type { Chat } from '@pilotlight/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { Pin } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Ago } from '../../ui/time.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { ChatLink, useChatTitle } from './chat-link.tsx';

const text = words.agents;

/** One chat that an agent is resident for: when it was used, why it stays, and whether it is to. */
export function ResidentChat({ chat, agent, name }: { chat: Chat; agent: string; name: string }) {
  const session = useIndex((index) => index.agentSessions[`${chat.id}/${agent}`]);
  const title = useChatTitle(chat);
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const isPinned = session?.pinned === true;
  const works = chat.activity === 'running' || chat.activity === 'needs_you';
  const run = async (work: () => Promise<unknown>) => {
    setIsBusy(true);
    try {
      await work();
    } catch (error) {
      showError(error);
    } finally {
      setIsBusy(false);
      void queries.invalidateQueries({ queryKey: ['processes'] });
    }
  };
  const release = async () => {
    await server.releaseAgentSession(chat.id, agent);
    toast(text.released(name));
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-0.5">
      <div className="min-w-0 flex-1 basis-60">
        <ChatLink chat={chat} />
        <p className="truncate text-small text-ink-3" data-live="">
          {session?.why}
          {session?.lastUsedAt == null ? null : (
            <>
              {' '}
              · {text.lastUsed} <Ago at={session.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      <Button
        look="quiet"
        icon={<Pin size={16} strokeWidth={1.75} aria-hidden />}
        aria-pressed={isPinned}
        aria-label={text.keepWarmName(name, title)}
        title={isPinned ? text.keepWarmOff : text.keepWarmAbout}
        disabled={isBusy || session === undefined}
        className={cx(isPinned && 'bg-active text-ink')}
        onClick={() => void run(() => server.updateAgentSession(chat.id, agent, { pinned: !isPinned }))}
      >
        {text.keepWarm}
      </Button>
      <Button
        aria-label={text.releaseName(name, title)}
        title={works ? text.releaseBusy : text.releaseAbout}
        disabled={isBusy || works}
        onClick={() => void run(release)}
      >
        {text.release}
      </Button>
    </li>
  );
}
