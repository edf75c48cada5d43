import type { IndexState, Schedule } from '@pilotlight/protocol';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { openTaskForm } from './open-task-form.ts';
import { SourceRow } from './source-row.tsx';

const text = words.tasks;
const all = (index: IndexState): Schedule[] => Object.values(index.schedules);

export function SchedulesSection() {
  const schedules = useIndex(all);
  return (
    <Section id="schedules" title={text.schedules}>
      {schedules.length === 0 ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
          <p className="min-w-56 flex-1 text-ink-3">{text.noSchedules}</p>
          <Button onClick={() => openTaskForm({ kind: 'schedule' })}>{text.newSchedule}</Button>
        </div>
      ) : (
        <>
          <ul>
            {schedules.map((schedule) => (
              <ScheduleRow key={schedule.id} schedule={schedule} />
            ))}
          </ul>
          <Button
            look="quiet"
            className="-ml-2.5 phone:hidden"
            onClick={() => openTaskForm({ kind: 'schedule' })}
          >
            {text.newSchedule}
          </Button>
        </>
      )}
    </Section>
  );
}

function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const { id, name, cron, timeZone, enabled, nextAt, last } = schedule;
  const next = !enabled ? text.off : nextAt === null ? text.neverAgain : text.nextAt(nextAt, timeZone);
  const before = last === null ? text.notUsed : text.outcomes[last.outcome](last.at, timeZone);
  return (
    <SourceRow
      name={name}
      detail={`${cron} ${timeZone}`}
      about={`${next} · ${before}`}
      enabled={enabled}
      onEnable={(wanted) => void server.updateSchedule(id, { enabled: wanted }).catch(showError)}
      onEdit={() => openTaskForm({ kind: 'schedule', schedule })}
      onRemove={() => server.removeSchedule(id).then(() => toast(text.removed(name)), showError)}
    />
  );
}
