import type { Health } from '@pilotlight/protocol';
import type { ReactNode } from 'react';
import { Section } from '../../ui/page.tsx';
import { Elapsed, useTimeText } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';

const text = words.agents;

export interface HealthSectionProps {
  health: Health;
  nameOf(agent: string): string;
}

/** How the server itself does. */
export function HealthSection({ health, nameOf }: HealthSectionProps) {
  const { status, version, pid, startedAt, store, backends, circuits, agents } = health;
  const failing = circuits.filter(({ state }) => state !== 'closed');
  const isWell = status === 'up' && failing.length === 0;
  return (
    <Section
      id="health"
      title={text.health}
      note={
        <span className={isWell ? 'text-good' : 'text-bad'}>
          {status === 'up' && !isWell ? text.failing(failing.length) : text.status[status]}
        </span>
      }
    >
      <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-y-2 py-2.5">
        <Fact name={text.server}>
          {text.serverLine(version, pid)}, {text.since} <Elapsed since={startedAt} />
        </Fact>
        <Fact name={text.store}>
          <span className={store.state === 'up' ? undefined : 'text-bad'}>
            {text.storeStates[store.state]}, {text.bytes(store.bytes)}
          </span>
          {store.error === null ? null : <span className="block text-bad">{store.error.message}</span>}
        </Fact>
        <Fact name={text.backend}>
          {backends.map(({ kind, state }) => (
            <span key={kind} className={state === 'up' ? 'mr-4' : 'mr-4 text-bad'}>
              {text.backends[kind]} {text.backendStates[state]}
            </span>
          ))}
        </Fact>
        {agents.error === null ? null : (
          <Fact name={text.agentsFile}>
            <span className="block break-words text-bad">{agents.error.message}</span>
            {text.agentsFileAbout}
          </Fact>
        )}
        <Fact name={text.circuits}>
          {failing.length === 0 ? <span className="text-ink-2">{text.noCircuits}</span> : null}
          <ul id="circuits" className="flex flex-col gap-2">
            {failing.map((circuit) => (
              <Circuit key={circuit.agent} circuit={circuit} name={nameOf(circuit.agent)} />
            ))}
          </ul>
        </Fact>
      </dl>
    </Section>
  );
}

function Circuit({ circuit, name }: { circuit: Health['circuits'][number]; name: string }) {
  const { failures, retryAt, lastError } = circuit;
  const retry = useTimeText((now) =>
    retryAt === null || retryAt <= now ? text.retryNow : text.retryIn(retryAt - now),
  );
  return (
    <li className="rounded-md border border-line bg-raised px-3 py-2">
      <p>
        <span className="font-medium">{name}</span>{' '}
        <span className="text-bad">{text.failures(failures)}</span>
      </p>
      {lastError === null ? null : (
        <p className="max-h-40 overflow-y-auto break-words whitespace-pre-wrap text-ink-2">
          {lastError.message}
        </p>
      )}
      <p className="text-small text-ink-3">
        {retry} {text.circuitAbout}
      </p>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
