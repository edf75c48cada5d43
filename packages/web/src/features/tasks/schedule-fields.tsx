import { toErrorInfo, type Schedule } from '@pilotlight/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useId } from 'react';
import { server } from '../../live/server.ts';
import { cx } from '../../ui/class-names.ts';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { FIELD } from '../mcp/field.ts';
import { Choice, Labelled } from './labelled.tsx';
import type { TaskDraft } from './task-draft.ts';

const text = words.tasks.form;
const OVERLAPS: Schedule['overlap'][] = ['skip', 'start'];
const MISSES: Schedule['missed'][] = ['run_once', 'skip'];

export interface ScheduleFieldsProps {
  draft: TaskDraft;
  onChange(changes: Partial<TaskDraft>): void;
}

/** When a schedule is due, with what that means. */
export function ScheduleFields({ draft, onChange }: ScheduleFieldsProps) {
  const about = useId();
  const zones = useId();
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <Labelled label={text.cron}>
          <input
            value={draft.cron}
            placeholder={text.cronHint}
            aria-describedby={about}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => onChange({ cron: target.value })}
            className={cx(FIELD, 'font-mono text-code')}
          />
        </Labelled>
        <Labelled label={text.timeZone}>
          <input
            value={draft.timeZone}
            list={zones}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => onChange({ timeZone: target.value })}
            className={FIELD}
          />
          <datalist id={zones}>
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </Labelled>
      </div>
      <NextTimes id={about} cron={draft.cron} timeZone={draft.timeZone} />
      <div className="flex flex-wrap gap-x-6 gap-y-3">
        <Choice label={text.overlap}>
          <Segments
            label={text.overlap}
            value={draft.overlap}
            options={OVERLAPS.map((value) => ({ value, label: text.overlaps[value] }))}
            onChange={(overlap) => onChange({ overlap })}
          />
        </Choice>
        <Choice label={text.missed}>
          <Segments
            label={text.missed}
            value={draft.missed}
            options={MISSES.map((value) => ({ value, label: text.misses[value] }))}
            onChange={(missed) => onChange({ missed })}
          />
        </Choice>
      </div>
    </div>
  );
}

/** The next times as the server reads the expression, or why it cannot. */
function NextTimes({ id, cron, timeZone }: { id: string; cron: string; timeZone: string }) {
  const wanted = useDeferredValue(cron.trim());
  const { data, error } = useQuery({
    queryKey: ['occurrences', wanted, timeZone],
    queryFn: ({ signal }) => server.nextOccurrences(wanted, timeZone, signal),
    enabled: wanted !== '' && timeZone !== '',
    retry: false,
    placeholderData: keepPreviousData,
  });
  if (wanted === '')
    return (
      <p id={id} className="text-small text-ink-3">
        {text.cronAbout}
      </p>
    );
  if (error !== null)
    return (
      <p id={id} className="text-small text-bad">
        {toErrorInfo(error).message}
      </p>
    );
  return (
    <p id={id} className="min-h-4 text-small text-ink-3 tabular-nums">
      {data === undefined
        ? ''
        : `${text.nextTimes}: ${data.times.slice(0, 3).map(inZone(timeZone)).join(' · ')}`}
    </p>
  );
}

const inZone =
  (timeZone: string) =>
  (time: number): string => {
    try {
      const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
      return new Intl.DateTimeFormat('en', { ...style, timeZone }).format(time);
    } catch {
      return new Date(time).toISOString();
    }
  };
