import type { TaskLimits, UpdateSettings } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { Section } from '../../ui/page.tsx';
import { showError } from '../../ui/toasts.tsx';
import { words } from '../../words/index.ts';
import { FIELD } from '../mcp/field.ts';
import { SettingRow } from '../settings/setting-row.tsx';

const text = words.tasks;
const KEY = ['settings'];

/** How many tasks run at the same time. */
export function LimitsSection() {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => server.getSettings(), staleTime: 0 });
  const { mutate } = useMutation({
    mutationFn: (changes: UpdateSettings) => server.updateSettings(changes),
    onSuccess: (settings) => queries.setQueryData(KEY, settings),
    onError: showError,
  });
  if (data === undefined) return null;
  const { taskLimits } = data;
  const change = (changes: Partial<TaskLimits>): void =>
    mutate({ taskLimits: { ...taskLimits, ...changes } });
  return (
    <Section id="task-limits" title={text.limits} note={text.limitsNote}>
      <SettingRow title={text.machineLimit} about={text.machineLimitAbout}>
        <LimitField
          label={text.machineLimit}
          value={taskLimits.machine}
          onChange={(machine) => change({ machine })}
        />
      </SettingRow>
      <SettingRow title={text.agentLimit} about={text.agentLimitAbout}>
        <LimitField
          label={text.agentLimit}
          value={taskLimits.agent}
          onChange={(agent) => change({ agent })}
        />
      </SettingRow>
    </Section>
  );
}

function LimitField(props: { label: string; value: number; onChange(value: number): void }) {
  const { label, value, onChange } = props;
  return (
    <input
      key={value}
      type="number"
      min={1}
      max={100}
      aria-label={label}
      defaultValue={value}
      onChange={({ target }) => {
        const wanted = target.valueAsNumber;
        if (Number.isInteger(wanted) && wanted >= 1 && wanted <= 100 && wanted !== value) onChange(wanted);
      }}
      className={`${FIELD} w-20 tabular-nums`}
    />
  );
}
