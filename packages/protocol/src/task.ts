import { z } from 'zod';
import { DiffStat } from './entities.ts';
import { ErrorInfo } from './errors.ts';
import { AgentId, Content, Name, Revision } from './fields.ts';
import { ComparisonId, ProjectId, TaskId, TurnId } from './id-schemas.ts';
import { PolicyMode } from './policy.ts';
import { AgentUsage, Money } from './provider-types.ts';

const Time = z.number();

/**
 * `waiting`: for a free place, or until it is tried again. `held`: its chat does not start the prompt now, which the chat
 * explains. The last four are ends. `failed`: the agent failed, could not be started, or a limit of the task was reached.
 */
export const TaskState = z.enum([
  'waiting',
  'starting',
  'running',
  'needs_you',
  'held',
  'done',
  'failed',
  'cancelled',
  'interrupted',
]);
export type TaskState = z.infer<typeof TaskState>;

/** Of those that wait, higher ones start first; of equal ones the older. */
export const TaskPriority = z.enum(['low', 'normal', 'high']);
export type TaskPriority = z.infer<typeof TaskPriority>;

/** What one task may use; a running turn that reaches it is cancelled. */
export const TaskBudget = z
  .strictObject({
    /** input, output and cached tokens together */
    tokens: z.number().int().positive().nullable().default(null),
    cost: Money.nullable().default(null),
  })
  .refine(({ tokens, cost }) => tokens !== null || cost !== null, { message: 'say one of tokens, cost' });
export type TaskBudget = z.infer<typeof TaskBudget>;

/** How many tasks may run at the same time. A task that waits for the user keeps its place. */
export const TaskLimits = z.strictObject({
  /** of all agents together */
  machine: z.number().int().min(1).max(100),
  /** of each agent that has no number of its own */
  agent: z.number().int().min(1).max(100),
  agents: z.record(AgentId, z.number().int().min(1).max(100)).default({}),
});
export type TaskLimits = z.infer<typeof TaskLimits>;
/** What is left out stays. `agents`: null takes the number of its own back. */
export const UpdateTaskLimits = z.strictObject({
  machine: TaskLimits.shape.machine.optional(),
  agent: TaskLimits.shape.agent.optional(),
  agents: z.record(AgentId, TaskLimits.shape.agent.nullable()).optional(),
});
export const DEFAULT_TASK_LIMITS: TaskLimits = { machine: 4, agent: 3, agents: {} };

/** Where a task came from; `retry`: the same text once more, asked for by the user. */
export const TaskOrigin = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user') }),
  z.object({ type: z.literal('retry'), taskId: z.string() }),
  /** `at`: the time it was due */
  z.object({ type: z.literal('schedule'), scheduleId: z.string(), at: Time }),
  z.object({ type: z.literal('trigger'), triggerId: z.string() }),
]);
export type TaskOrigin = z.infer<typeof TaskOrigin>;

export const TaskResult = z.object({
  /** the last words of the agent, at most 4,000 characters; '' when it said nothing */
  summary: z.string(),
  /** of the session against its base; null without git */
  diff: DiffStat.nullable(),
  /** null when it worked in the project's own folder */
  branch: z.string().nullable(),
  usage: AgentUsage.nullable(),
});
export type TaskResult = z.infer<typeof TaskResult>;

/** What became of telling a URL that the task has ended. Its secret is never shown. */
export const TaskWebhook = z.object({
  url: z.string(),
  /** whether what is sent is signed */
  signed: z.boolean(),
  /** `waiting`: the task has not ended. `pending`: it is tried, or tried again at `nextAt` */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed']),
  attempts: z.number().int(),
  /** the HTTP status of the last attempt; null when there was no answer */
  status: z.number().int().nullable(),
  /** in words: why the last attempt failed */
  error: z.string().nullable(),
  at: Time.nullable(),
  nextAt: Time.nullable(),
});
export type TaskWebhook = z.infer<typeof TaskWebhook>;

/** A prompt for a project: session, worktree and chat are made when its turn to run has come. */
export const Task = z.object({
  id: z.string(),
  projectId: z.string(),
  title: z.string(),
  /** the beginning of the prompt, at most 2,000 characters */
  text: z.string(),
  agent: z.string(),
  model: z.string().nullable(),
  /** what its worktree starts from; null: HEAD when it starts */
  base: z.string().nullable(),
  inPlace: z.boolean(),
  /** what becomes of permission requests in its session; null: as the project says */
  mode: PolicyMode.nullable(),
  state: TaskState,
  priority: TaskPriority,
  /** ms from its start, time that it waits for an answer included; null: no limit */
  timeLimitMs: z.number().int().nullable(),
  budget: TaskBudget.nullable(),
  /** how often a start that failed is tried again; a prompt that an agent has taken never is */
  retries: z.number().int(),
  /** starts that failed */
  failedStarts: z.number().int(),
  /** when it is tried again; null: as soon as there is a place */
  retryAt: Time.nullable(),
  /** null before its start; a task outlives its session, which may have been removed since */
  sessionId: z.string().nullable(),
  chatId: z.string().nullable(),
  turnId: z.string(),
  comparisonId: z.string().nullable(),
  origin: TaskOrigin,
  createdAt: Time,
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  /** why it failed, or why its last start did */
  error: ErrorInfo.nullable(),
  /** with its end; null for one that never started */
  result: TaskResult.nullable(),
  webhook: TaskWebhook.nullable(),
});
export type Task = z.infer<typeof Task>;

/** One prompt to several agents or models, each in a session of its own from the same commit. */
export const Comparison = z.object({
  id: z.string(),
  projectId: z.string(),
  title: z.string(),
  /** null in a folder without git */
  baseCommit: z.string().nullable(),
  taskIds: z.array(z.string()),
  /** the one that was chosen */
  keptTaskId: z.string().nullable(),
  createdAt: Time,
});
export type Comparison = z.infer<typeof Comparison>;

const limits = {
  priority: TaskPriority.default('normal'),
  timeLimitMs: z
    .number()
    .int()
    .min(1000)
    .max(30 * 24 * 3600 * 1000)
    .optional(),
  budget: TaskBudget.optional(),
  retries: z.number().int().min(0).max(10).default(3),
};

/** Told when the task has ended: `POST` with the result as JSON, signed with the secret where there is one. */
export const SetWebhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'a name or password does not belong into the URL'),
  secret: z.string().min(8).max(500).optional(),
});
export type SetWebhook = z.infer<typeof SetWebhook>;

/** What is to be done, and within what. */
export const taskFields = {
  content: Content,
  title: Name.optional(),
  agent: AgentId.optional(),
  model: z.string().min(1).max(200).optional(),
  base: Revision.optional(),
  inPlace: z.boolean().default(false),
  mode: PolicyMode.optional(),
  ...limits,
  webhook: SetWebhook.optional(),
};

/**
 * POST /api/tasks: a prompt without a session. The same id again answers the same task. What could not begin (no such agent,
 * no such commit) is refused at once; what does not start later is tried again.
 */
export const CreateTask = z.strictObject({ id: TaskId, turnId: TurnId, projectId: ProjectId, ...taskFields });
export type CreateTask = z.input<typeof CreateTask>;

/** PATCH /api/tasks/:id, while it waits. */
export const UpdateTask = z.strictObject({ priority: TaskPriority });
export type UpdateTask = z.infer<typeof UpdateTask>;

/** POST /api/tasks/:id/retry: a new task with the same text and limits. */
export const RetryTask = z.strictObject({ id: TaskId, turnId: TurnId });
export type RetryTask = z.infer<typeof RetryTask>;

/** As many as may be compared with one another. */
export const MAX_CANDIDATES = 8;
const Candidate = z.strictObject({
  taskId: TaskId,
  turnId: TurnId,
  agent: AgentId,
  model: z.string().min(1).max(200).optional(),
});
const { agent: _agent, model: _model, inPlace: _inPlace, ...comparable } = taskFields;

/** POST /api/comparisons. All start from one commit; the same id again answers the same comparison. */
export const CreateComparison = z
  .strictObject({
    id: ComparisonId,
    projectId: ProjectId,
    ...comparable,
    candidates: z.array(Candidate).min(2).max(MAX_CANDIDATES),
  })
  .refine(
    ({ candidates }) =>
      new Set(candidates.map(({ agent, model }) => `${agent}/${model ?? ''}`)).size === candidates.length,
    { path: ['candidates'], message: 'the same agent and model is named twice' },
  );
export type CreateComparison = z.input<typeof CreateComparison>;

/** POST /api/comparisons/:id/keep: the sessions of the others are let go, with their last state kept. */
export const KeepOne = z.strictObject({ taskId: TaskId });
export type KeepOne = z.infer<typeof KeepOne>;

export const TaskList = z.object({ tasks: z.array(Task) });
export type TaskList = z.infer<typeof TaskList>;
export const ComparisonList = z.object({ comparisons: z.array(Comparison) });
export type ComparisonList = z.infer<typeof ComparisonList>;
/** Answer of POST /api/comparisons and GET /api/comparisons/:id */
export const ComparisonWithTasks = z.object({ comparison: Comparison, tasks: z.array(Task) });
export type ComparisonWithTasks = z.infer<typeof ComparisonWithTasks>;

/** Whether nothing more happens to a task. */
export function isTaskOver(state: TaskState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled' || state === 'interrupted';
}
