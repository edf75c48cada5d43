import type { Chat, IndexState, ProcessInfo } from '@pilotlight/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Elapsed } from '../../ui/time.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import { words } from '../../words/index.ts';

const text = words.agents;

/** One process: what it does and for whom, why it is kept, what it takes, and how to let it go. */
export function ProcessRow({ process, name }: { process: ProcessInfo; name: string }) {
  const { agent, pid, state, why, memoryBytes, startedAt, chatIds } = process;
  const chats = useIndex((index) => chatIds.flatMap((id) => index.chats[id] ?? []));
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)_auto] gap-x-3 gap-y-1 border-b border-line py-2.5 last:border-b-0 wide:grid-cols-[12px_minmax(0,5fr)_minmax(0,6fr)_72px_88px_96px] wide:items-start">
      <span className="flex h-5 items-center" data-live="">
        <StateSign state={state} />
      </span>
      <div className="min-w-0">
        <p className="truncate">
          <span className="font-medium">{name}</span>
          <span className="text-small text-ink-3" title={text.pid(pid)}>
            {' '}
            · {text.states[state]} · {pid}
          </span>
        </p>
        <p className="text-small text-ink-3">{why}</p>
      </div>
      <ul className="order-last col-start-2 min-w-0 wide:order-none wide:col-start-auto">
        {chats.map((chat) => (
          <ChatLink key={chat.id} chat={chat} />
        ))}
        {chats.length === 0 ? <li className="text-ink-3">{text.noChats}</li> : null}
      </ul>
      <span
        className="order-last col-start-2 wide:order-none wide:col-start-auto wide:text-right"
        title={text.memoryAbout}
      >
        {memoryBytes === null ? text.unknownMemory : text.bytes(memoryBytes)}
        <span className="text-small text-ink-3 wide:hidden">
          {' '}
          · {text.columns.uptime.toLowerCase()} <Elapsed since={startedAt} />
        </span>
      </span>
      <span className="hidden text-right text-ink-2 wide:block" title={text.columns.uptime}>
        <Elapsed since={startedAt} />
      </span>
      <span className="row-span-3 row-start-1 col-start-3 flex items-start justify-end wide:row-auto wide:col-start-auto">
        <Release agent={agent} name={name} pid={pid} chats={chats} />
      </span>
    </li>
  );
}

function Release(props: { agent: string; name: string; pid: number; chats: readonly Chat[] }) {
  const { agent, name, pid, chats } = props;
  const [isBusy, setIsBusy] = useState(false);
  const queries = useQueryClient();
  if (chats.length === 0) return null;
  const idle = chats.filter(({ activity }) => activity !== 'running' && activity !== 'needs_you');
  const release = async () => {
    setIsBusy(true);
    try {
      for (const chat of idle) await server.releaseAgentSession(chat.id, agent);
      toast(text.released(name));
    } catch (error) {
      showError(error);
    } finally {
      setIsBusy(false);
      void queries.invalidateQueries({ queryKey: ['processes'] });
    }
  };
  return (
    <Button
      aria-label={text.releaseName(name, pid)}
      title={idle.length === 0 ? text.releaseBusy : text.releaseAbout}
      disabled={isBusy || idle.length === 0}
      onClick={() => void release()}
    >
      {text.release}
    </Button>
  );
}

function ChatLink({ chat }: { chat: Chat }) {
  const session = useIndex((index: IndexState) => index.sessions[chat.sessionId]);
  const project = useIndex((index: IndexState) => index.projects[session?.projectId ?? '']);
  const title =
    [session?.title, chat.title].find((each) => each !== undefined && each !== '') ?? text.untitled;
  return (
    <li className="flex min-w-0 items-baseline gap-2">
      <Link
        to="/sessions/$sessionId"
        params={{ sessionId: chat.sessionId }}
        search={{ chat: chat.id }}
        className="truncate hover:underline hover:underline-offset-2 pointer-coarse:py-3"
      >
        {title}
      </Link>
      <span className="shrink-0 text-small text-ink-3">{project?.name}</span>
    </li>
  );
}

/** Working like a running session; warm as a full dot; what comes or goes as an empty one. The word stands beside it. */
function StateSign({ state }: { state: ProcessInfo['state'] }) {
  return (
    <svg viewBox="0 0 12 12" className="size-3" aria-hidden>
      <circle
        cx="6"
        cy="6"
        r={state === 'ready' ? 3.5 : 4.4}
        strokeWidth="1.75"
        strokeDasharray={state === 'starting' || state === 'closing' ? '2 2' : undefined}
        className={cx(
          state === 'ready' ? 'fill-good' : 'fill-none',
          state === 'busy' ? 'stroke-flame' : state === 'ready' ? 'stroke-none' : 'stroke-ink-3',
        )}
      />
      {state === 'busy' ? <circle cx="6" cy="6" r="1.6" className="fill-flame" /> : null}
    </svg>
  );
}
