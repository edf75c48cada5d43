import type { Task } from '@pilotlight/protocol';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { TASK_INK } from './task-mark.ts';

const text = words.tasks;

/** Where a task stands, in words; while it waits, what for. */
export function TaskStateWords({ task }: { task: Task }) {
  const { state, retryAt, failedStarts } = task;
  const said =
    state !== 'waiting'
      ? text.states[state]
      : retryAt === null
        ? text.waitsForPlace
        : text.againAt(retryAt, failedStarts);
  return (
    <span className={TASK_INK[state]} data-live={state === 'running' ? '' : undefined}>
      {said}
    </span>
  );
}

/** How long it has run, or ran. */
export function TaskTime({ task: { startedAt, endedAt } }: { task: Task }) {
  if (startedAt === null) return null;
  if (endedAt === null) return <Elapsed since={startedAt} />;
  return <>{words.time.took(endedAt - startedAt)}</>;
}
