import type { AgentInfo, Health } from '@pilotlight/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { Check, CircleDashed, Download } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { useState } from 'react';
import { cx } from '../../ui/class-names.ts';
import { Section } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { WithCode } from '../board/with-code.tsx';
import { LoginPanel } from '../holds/login-panel.tsx';
import { InstallLog } from './install-log.tsx';
import { install, useInstalls } from './installs.ts';

const text = words.agents;

export interface AgentsSectionProps {
  agents: readonly AgentInfo[];
  circuits: Health['circuits'];
}

/** Every agent the server knows of: where it is, or how to get it. */
export function AgentsSection({ agents, circuits }: AgentsSectionProps) {
  const found = agents.filter(({ state }) => state === 'found');
  const missing = agents.filter(({ state }) => state === 'missing');
  return (
    <Section id="agents" title={text.agents} note={text.counts(found.length, missing.length)}>
      <ul>
        {[...found, ...missing].map((agent) => (
          <AgentRow
            key={agent.id}
            agent={agent}
            isFailing={circuits.some((circuit) => circuit.agent === agent.id && circuit.state !== 'closed')}
          />
        ))}
      </ul>
    </Section>
  );
}

function AgentRow({ agent, isFailing }: { agent: AgentInfo; isFailing: boolean }) {
  const running = useInstalls(({ installs }) => installs[agent.id]);
  const queries = useQueryClient();
  const isFound = agent.state === 'found';
  const [isLoginOpen, setLoginOpen] = useState(false);
  const start = () =>
    void install(agent.id).finally(() => void queries.invalidateQueries({ queryKey: ['agents'] }));
  return (
    <li className="border-b border-line py-2.5 last:border-b-0">
      <div className="flex items-start gap-3 pointer-coarse:items-center">
        <span className="flex h-5 items-center">
          {isFound ? (
            <Check size={12} strokeWidth={2.5} className="text-good" aria-hidden />
          ) : (
            <CircleDashed size={12} strokeWidth={2} className="text-ink-3" aria-hidden />
          )}
        </span>
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className={cx('font-medium', !isFound && 'text-ink-2')}>{agent.name}</span>
            <span className="text-small text-ink-3">
              {[
                isFound ? text.found : text.missing,
                text.backends[agent.backend],
                agent.version === null ? null : text.version(agent.version),
                agent.builtIn ? null : text.ownConfig,
              ]
                .filter((each) => each !== null)
                .join(' · ')}
            </span>
            {isFailing ? (
              <a href="#circuits" className="text-small text-bad underline underline-offset-2">
                {text.failsToStart}
              </a>
            ) : null}
          </p>
          {isFound && agent.command !== null ? (
            <p className="font-mono text-code break-all text-ink-3 select-all">{agent.command}</p>
          ) : null}
        </div>
        {isFound ? (
          <Button
            look="quiet"
            aria-expanded={isLoginOpen}
            aria-label={text.loginName(agent.name)}
            onClick={() => setLoginOpen(!isLoginOpen)}
          >
            {text.login}
          </Button>
        ) : null}
        {!isFound && agent.installable ? (
          <Button
            aria-label={text.installName(agent.name)}
            icon={<Download size={14} strokeWidth={1.75} />}
            disabled={running?.state === 'running'}
            onClick={start}
          >
            {text.install}
          </Button>
        ) : null}
      </div>
      {isFound && isLoginOpen ? (
        <div className="pt-2 pl-6">
          <LoginPanel agent={agent.id} />
        </div>
      ) : null}
      {!isFound && agent.hint !== null ? (
        <p className="pt-0.5 pl-6 text-small text-ink-3">
          <WithCode text={agent.hint} />
        </p>
      ) : null}
      {running === undefined ? null : <InstallLog agentId={agent.id} name={agent.name} install={running} />}
    </li>
  );
}
