import { MAX_CANDIDATES, type AgentInfo } from '@pilotlight/protocol';
import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { AgentPicker } from '../board/new-session-pickers.tsx';
import { FIELD } from '../mcp/field.ts';
import { optionFor } from '../composer/options.ts';
import type { Candidate } from './task-draft.ts';

const text = words.tasks.form;

export interface CandidateListProps {
  agents: readonly AgentInfo[];
  candidates: readonly Candidate[];
  /** the agent of one that names none */
  fallback: string | null;
  /** whether more than one may be chosen */
  several: boolean;
  onChange(candidates: Candidate[]): void;
}

/** Who is to do it: one, or several that are compared. */
export function CandidateList({ agents, candidates, fallback, several, onChange }: CandidateListProps) {
  const list = useId();
  const change = (at: number, changes: Partial<Candidate>): void =>
    onChange(candidates.map((candidate, index) => (index === at ? { ...candidate, ...changes } : candidate)));
  return (
    <div className="flex flex-col gap-2">
      {candidates.map(({ agent, model }, at) => {
        const id = agent ?? fallback;
        const found = agents.find((each) => each.id === id);
        const name = found?.name ?? id ?? '';
        return (
          <div key={at} className="flex flex-wrap items-center gap-2">
            <AgentPicker agents={agents} agentId={id} onAgent={(wanted) => change(at, { agent: wanted })} />
            <ModelList id={`${list}-${at}`} agent={found} />
            <input
              value={model}
              list={`${list}-${at}`}
              placeholder={`${text.model}: ${text.modelHint}`}
              aria-label={text.modelOf(name)}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => change(at, { model: target.value })}
              className={`${FIELD} h-7! min-w-40 flex-1 pointer-coarse:h-11!`}
            />
            {candidates.length === 1 ? null : (
              <IconButton
                label={text.removeAgent(name)}
                icon={<X size={14} strokeWidth={1.75} />}
                onClick={() => onChange(candidates.filter((_, index) => index !== at))}
              />
            )}
          </div>
        );
      })}
      {several && candidates.length < MAX_CANDIDATES ? (
        <Button
          look="quiet"
          icon={<Plus size={14} strokeWidth={1.75} />}
          className="-ml-2.5 self-start pointer-coarse:-ml-4"
          onClick={() => onChange([...candidates, { agent: nextAgent(agents, candidates), model: '' }])}
        >
          {text.addAgent}
        </Button>
      ) : null}
    </div>
  );
}

/** The models an agent named last, to choose from while one is typed. */
function ModelList({ id, agent }: { id: string; agent: AgentInfo | undefined }) {
  const option = optionFor(agent?.options ?? [], 'model');
  return (
    <datalist id={id}>
      {option?.choices.map(({ value, name }) => (
        <option key={value} value={value} label={name} />
      ))}
    </datalist>
  );
}

/** One that is found and not named yet, where there is one. */
function nextAgent(agents: readonly AgentInfo[], named: readonly Candidate[]): string | null {
  const taken = new Set(named.map(({ agent }) => agent));
  return agents.find(({ id, state }) => state === 'found' && !taken.has(id))?.id ?? named[0]?.agent ?? null;
}
