import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { AgentInfo } from '@pilotlight/protocol';
import { ChevronRight } from 'lucide-react';
import * as words from '../../words/index.ts';
import { orderAgents } from './choose-agent.ts';
import { WithCode } from './with-code.tsx';

export interface AgentChoiceProps {
  agents: readonly AgentInfo[];
  agentId: string | null;
  onAgent(id: string): void;
}

/** Every agent on one line: found ones to choose, the others with how to get them. */
export function AgentChoice({ agents, agentId, onAgent }: AgentChoiceProps) {
  const ordered = orderAgents(agents);
  const found = ordered.filter(({ state }) => state === 'found');
  const missing = ordered.filter(({ state }) => state !== 'found');
  return (
    <div className="flex flex-col gap-2">
      <RadioGroup
        aria-label={words.board.first.agent}
        value={agentId}
        onValueChange={(value) => onAgent(String(value))}
        className="grid gap-1.5 phone:grid-cols-2"
      >
        {found.map(({ id, name, version, hint }) => (
          <label
            key={id}
            className="flex min-h-11 items-center gap-3 rounded-md border border-line bg-raised px-3 py-1.5 hover:border-line-strong has-[[data-checked]]:border-flame has-[[data-checked]]:bg-flame-wash"
          >
            <Radio.Root
              value={id}
              className="flex size-4 shrink-0 items-center justify-center rounded-full border border-line-strong bg-raised data-[checked]:border-flame data-[checked]:bg-flame"
            >
              <Radio.Indicator className="size-1.5 rounded-full bg-on-flame" />
            </Radio.Root>
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{name}</span>
              <span className="block truncate text-small text-ink-3">
                {id === 'demo' ? words.board.first.demo : (version ?? hint ?? words.board.create.found)}
              </span>
            </span>
          </label>
        ))}
      </RadioGroup>
      {missing.length === 0 ? null : (
        <details className="group/missing text-small text-ink-3">
          <summary className="inline-flex h-7 list-none gap-1.5 cursor-default items-center rounded-md hover:text-ink pointer-coarse:h-11">
            <ChevronRight
              size={12}
              strokeWidth={2}
              className="transition-transform group-open/missing:rotate-90"
            />
            {words.board.first.how(missing.length)}
          </summary>
          <ul className="flex flex-col gap-2 pt-1">
            {missing.map(({ id, name, hint }) => (
              <li key={id}>
                <span className="text-ink-2">{name}</span> <WithCode text={hint ?? ''} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
