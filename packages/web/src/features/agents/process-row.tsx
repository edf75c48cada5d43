import type { ProcessInfo } from '@pilotlight/protocol';
import type { ReactNode } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { cx } from '../../ui/class-names.ts';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { ResidentChat } from './resident-chat.tsx';

const text = words.agents;

/** One process: what it does, why it is kept, what it takes, and the chats it is there for. */
export function ProcessRow({ process, name }: { process: ProcessInfo; name: string }) {
  const { agent, pid, state, why, memoryBytes, cpuMs, startedAt, chatIds } = process;
  const chats = useIndex((index) => chatIds.flatMap((id) => index.chats[id] ?? []));
  return (
    <li className="border-b border-line py-2.5 last:border-b-0">
      <div className="grid grid-cols-[12px_minmax(0,1fr)] gap-x-3 wide:grid-cols-[12px_minmax(0,1fr)_80px_80px_88px]">
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
        <dl className="col-start-2 flex gap-x-3 text-small wide:contents wide:text-ui">
          <Figure name={text.columns.memory} about={text.memoryAbout}>
            {memoryBytes === null ? text.unknown : text.bytes(memoryBytes)}
          </Figure>
          <Figure name={text.columns.cpu} about={text.cpuAbout}>
            {cpuMs === null ? text.unknown : words.time.took(cpuMs)}
          </Figure>
          <Figure name={text.columns.uptime}>
            <Elapsed since={startedAt} />
          </Figure>
        </dl>
      </div>
      <ul className="mt-1 pl-6">
        {chats.map((chat) => (
          <ResidentChat key={chat.id} chat={chat} agent={agent} name={name} />
        ))}
        {chats.length === 0 ? <li className="text-small text-ink-3">{text.noChats}</li> : null}
      </ul>
    </li>
  );
}

function Figure({ name, about, children }: { name: string; about?: string; children: ReactNode }) {
  return (
    <div className="wide:text-right" title={about ?? name} data-live="">
      <dt className="inline text-ink-3 wide:sr-only">{name} </dt>
      <dd className="inline text-ink-2">{children}</dd>
    </div>
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
