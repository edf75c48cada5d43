import { isTaskOver, type IndexState, type Task } from '@pilotlight/protocol';
import { CalendarClock, Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { Page, Section } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { ComparisonsSection } from './comparisons-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { openTaskForm } from './open-task-form.ts';
import { SchedulesSection } from './schedules-section.tsx';
import { TaskRow } from './task-row.tsx';
import { TriggersSection } from './triggers-section.tsx';

const ICON = { size: 14, strokeWidth: 1.75 };
/** Ended ones shown until more are asked for. */
const SHOWN = 30;
const text = words.tasks;

/** Those of comparisons are shown with their comparison. */
const alone = (index: IndexState): Task[] =>
  Object.values(index.tasks).filter(({ comparisonId }) => comparisonId === null);

/** What runs on its own: tasks, what makes them, and how many at a time. */
export function TasksPage() {
  const tasks = useIndex(alone);
  const open = tasks.filter(({ state }) => !isTaskOver(state)).toSorted((a, b) => a.createdAt - b.createdAt);
  const ended = tasks
    .filter(({ state }) => isTaskOver(state))
    .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  return (
    <Page title={text.title} actions={<NewActions />}>
      <div className="@container max-w-[960px]">
        <Section
          id="open-tasks"
          title={text.open}
          note={open.length === 0 ? undefined : text.openCount(open.length)}
        >
          {open.length === 0 ? <p className="py-3 text-ink-3">{text.none}</p> : <TaskList tasks={open} />}
        </Section>
        <ComparisonsSection />
        <Section id="ended-tasks" title={text.ended}>
          {ended.length === 0 ? (
            <p className="py-3 text-ink-3">{text.noneEnded}</p>
          ) : (
            <EndedTasks tasks={ended} />
          )}
        </Section>
        <SchedulesSection />
        <TriggersSection />
        <LimitsSection />
      </div>
    </Page>
  );
}

/** On a phone the other two are in their sections. */
function NewActions() {
  return (
    <>
      <Button
        look="quiet"
        className="max-phone:hidden"
        icon={<CalendarClock {...ICON} />}
        onClick={() => openTaskForm({ kind: 'schedule' })}
      >
        {text.newSchedule}
      </Button>
      <Button
        look="quiet"
        className="max-phone:hidden"
        icon={<Webhook {...ICON} />}
        onClick={() => openTaskForm({ kind: 'trigger' })}
      >
        {text.newTrigger}
      </Button>
      <Button look="primary" icon={<Plus {...ICON} />} onClick={() => openTaskForm({ kind: 'task' })}>
        {text.new}
      </Button>
    </>
  );
}

function EndedTasks({ tasks }: { tasks: readonly Task[] }) {
  const [shown, setShown] = useState(SHOWN);
  const rest = tasks.length - shown;
  return (
    <>
      <TaskList tasks={tasks.slice(0, shown)} />
      {rest > 0 ? (
        <Button look="quiet" onClick={() => setShown(shown + SHOWN)}>
          {words.frame.showMore(rest)}
        </Button>
      ) : null}
    </>
  );
}

function TaskList({ tasks }: { tasks: readonly Task[] }) {
  return (
    <ul className="-mx-2 pt-1">
      {tasks.map((task) => (
        <TaskRow key={task.id} task={task} />
      ))}
    </ul>
  );
}
