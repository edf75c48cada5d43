import type { TaskLimits, UpdateSettings } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { AgentPicker } from '../board/new-session-pickers.tsx';
import { useAgents } from '../board/reads.ts';
import { FIELD } from '../mcp/field.ts';
import { SettingRow } from '../settings/setting-row.tsx';

const text = words.tasks;
const KEY = ['settings'];

/** How many tasks run at the same time. */
export function LimitsSection() {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => server.getSettings(), staleTime: 0 });
  const { mutate } = useMutation({
    mutationFn: (taskLimits: UpdateSettings['taskLimits']) => server.updateSettings({ taskLimits }),
    onSuccess: (settings) => queries.setQueryData(KEY, settings),
    onError: showError,
  });
  if (data === undefined) return null;
  const { machine, agent } = data.taskLimits;
  return (
    <Section id="task-limits" title={text.limits} note={text.limitsNote}>
      <SettingRow title={text.machineLimit} about={text.machineLimitAbout}>
        <LimitField
          label={text.machineLimit}
          value={machine}
          onChange={(limit) => mutate({ machine: limit })}
        />
      </SettingRow>
      <SettingRow title={text.agentLimit} about={text.agentLimitAbout}>
        <LimitField label={text.agentLimit} value={agent} onChange={(limit) => mutate({ agent: limit })} />
      </SettingRow>
      <OwnLimits limits={data.taskLimits} onChange={(id, limit) => mutate({ agents: { [id]: limit } })} />
    </Section>
  );
}

interface OwnLimitsProps {
  limits: TaskLimits;
  /** null: the agent has no number of its own any more */
  onChange(agent: string, limit: number | null): void;
}

/** Agents with a number of their own, and the way to give one to another. */
function OwnLimits({ limits, onChange }: OwnLimitsProps) {
  const agents = useAgents();
  const own = Object.entries(limits.agents);
  const others = agents.filter(({ id }) => !(id in limits.agents));
  const nameOf = (id: string): string => agents.find((agent) => agent.id === id)?.name ?? id;
  return (
    <>
      {own.map(([id, limit]) => (
        <SettingRow key={id} title={text.ownLimit(nameOf(id))}>
          <IconButton
            label={text.removeOwnLimit(nameOf(id))}
            icon={<X size={14} strokeWidth={1.75} />}
            onClick={() => onChange(id, null)}
          />
          <LimitField
            label={text.ownLimit(nameOf(id))}
            value={limit}
            onChange={(wanted) => onChange(id, wanted)}
          />
        </SettingRow>
      ))}
      {others.length === 0 ? null : (
        <SettingRow title={text.addOwnLimit} about={text.addOwnLimitAbout}>
          <AgentPicker agents={others} agentId={null} onAgent={(id) => onChange(id, limits.agent)} />
        </SettingRow>
      )}
    </>
  );
}

/** In force as soon as it is a number that can be; what is typed stays as it is while somebody types. */
function LimitField(props: { label: string; value: number; onChange(value: number): void }) {
  const { label, value, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      type="number"
      min={1}
      max={100}
      aria-label={label}
      value={typed ?? value}
      onBlur={() => setTyped(null)}
      onChange={({ target }) => {
        setTyped(target.value);
        const wanted = target.valueAsNumber;
        if (Number.isInteger(wanted) && wanted >= 1 && wanted <= 100 && wanted !== value) onChange(wanted);
      }}
      className={`${FIELD} w-20 tabular-nums`}
    />
  );
}
