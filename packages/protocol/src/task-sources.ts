import { z } from 'zod';
import { Name } from './fields.ts';
import { ProjectId } from './id-schemas.ts';
import { SetWebhook, taskFields } from './task.ts';

const Time = z.number();

/** What a schedule or trigger makes tasks of. As it is shown the secret of its webhook is left out. */
const TaskTemplate = z.strictObject(taskFields);
export type TaskTemplate = z.infer<typeof TaskTemplate>;
const ShownTemplate = z.object({
  ...taskFields,
  webhook: SetWebhook.omit({ secret: true }).extend({ signed: z.boolean() }).optional(),
});
export type ShownTemplate = z.infer<typeof ShownTemplate>;

/** Five fields (minute hour day month weekday), six with seconds in front, or a word such as `@daily`. */
const CronExpression = z.string().trim().min(1).max(200);
/** An IANA time zone, as `Europe/Berlin`. */
const TimeZone = z.string().min(1).max(100);

/** Tasks at times. Each occurrence makes its task exactly once, whatever becomes of the server meanwhile. */
export const Schedule = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  enabled: z.boolean(),
  /** what happens while the task of the last occurrence has not ended */
  overlap: z.enum(['skip', 'start']),
  /** what becomes of occurrences while no server ran: nothing, or one task for the last of them */
  missed: z.enum(['skip', 'run_once']),
  task: ShownTemplate,
  /** null: disabled, or it never comes again */
  nextAt: Time.nullable(),
  last: z
    .object({
      /** when it was due */
      at: Time,
      /** `skipped`: the last task still ran. `missed`: no server ran */
      outcome: z.enum(['started', 'skipped', 'missed']),
      taskId: z.string().nullable(),
    })
    .nullable(),
  createdAt: Time,
});
export type Schedule = z.infer<typeof Schedule>;

/** POST /api/schedules */
export const CreateSchedule = z.strictObject({
  projectId: ProjectId,
  name: Name,
  cron: CronExpression,
  timeZone: TimeZone.optional(),
  enabled: z.boolean().default(true),
  overlap: z.enum(['skip', 'start']).default('skip'),
  missed: z.enum(['skip', 'run_once']).default('run_once'),
  task: TaskTemplate,
});
export type CreateSchedule = z.input<typeof CreateSchedule>;

/** PATCH /api/schedules/:id. A `task` takes the place of the whole one; its webhook without a secret keeps that of before. */
export const UpdateSchedule = z.strictObject({
  name: Name.optional(),
  cron: CronExpression.optional(),
  timeZone: TimeZone.optional(),
  enabled: z.boolean().optional(),
  overlap: z.enum(['skip', 'start']).optional(),
  missed: z.enum(['skip', 'run_once']).optional(),
  task: TaskTemplate.optional(),
});
export type UpdateSchedule = z.input<typeof UpdateSchedule>;

/** GET /api/schedules/next?cron=&timeZone=: the next times of an expression, to see what it means. */
export const OccurrenceQuery = z.strictObject({ cron: CronExpression, timeZone: TimeZone.optional() });
export const Occurrences = z.object({ times: z.array(Time), timeZone: z.string() });
export type Occurrences = z.infer<typeof Occurrences>;

/** Tasks by HTTP request, allowed by a secret of the trigger's own. */
export const Trigger = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  task: ShownTemplate,
  lastUsedAt: Time.nullable(),
  lastTaskId: z.string().nullable(),
  createdAt: Time,
});
export type Trigger = z.infer<typeof Trigger>;

/** POST /api/triggers. Places such as `{{issue.title}}` are filled from the request. */
export const CreateTrigger = z.strictObject({
  projectId: ProjectId,
  name: Name,
  enabled: z.boolean().default(true),
  task: TaskTemplate,
});
export type CreateTrigger = z.input<typeof CreateTrigger>;

/** PATCH /api/triggers/:id. `newSecret`: the one of before is good no more. */
export const UpdateTrigger = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  task: TaskTemplate.optional(),
  newSecret: z.literal(true).optional(),
});
export type UpdateTrigger = z.input<typeof UpdateTrigger>;

/** `secret` is in this answer only; what is kept of it is a hash. Null: it was not changed. */
export const TriggerWithSecret = z.object({ trigger: Trigger, secret: z.string().nullable() });
export type TriggerWithSecret = z.infer<typeof TriggerWithSecret>;

/** Answer of POST /api/triggers/:id, which tells its caller nothing else. `created`: false for a key that was used before. */
export const Triggered = z.object({ taskId: z.string(), created: z.boolean() });
export type Triggered = z.infer<typeof Triggered>;

export const ScheduleList = z.object({ schedules: z.array(Schedule) });
export type ScheduleList = z.infer<typeof ScheduleList>;
export const TriggerList = z.object({ triggers: z.array(Trigger) });
export type TriggerList = z.infer<typeof TriggerList>;
