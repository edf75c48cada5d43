import type { Schedule, ShownTemplate, TaskTemplate, Trigger } from '@pilotlight/protocol';
import type { ScheduleRow } from './schedules.ts';
import type { TriggerRow } from './triggers.ts';

/** Without the secret of its webhook. */
function shownTemplate({ webhook, ...task }: TaskTemplate): ShownTemplate {
  if (webhook === undefined) return task;
  const { secret, url } = webhook;
  return { ...task, webhook: { url, signed: secret !== undefined } };
}

/** As clients see it. */
export function shownSchedule(row: ScheduleRow): Schedule {
  return { ...row, task: shownTemplate(row.task) };
}

/** As clients see it. */
export function shownTrigger({ secretHash: _hash, ...row }: TriggerRow): Trigger {
  return { ...row, task: shownTemplate(row.task) };
}
