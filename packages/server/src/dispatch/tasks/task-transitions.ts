import {
  PilotlightError,
  isTaskOver,
  type ErrorInfo,
  type Task,
  type TaskResult,
} from '@pilotlight/protocol';
import { pauseAfter } from './start-failure.ts';

/**
 *                 start                turn_running            asked
 *   ┌▶ waiting ─────────▶ starting ─────────────────▶ running ◀──────▶ needs_you
 *   │    │ ▲                │ │                          │                │
 *   │    │ └─ start_failed ─┘ └──────── held ◀───────────┘                │
 *   │    │ end                           │ no place is free              │
 *   └────┼───────────────────────────────┘                               │
 *        ▼                                                               │
 *   done | failed | cancelled | interrupted ◀──────────── end ───────────┘
 *
 * `start` takes a place among those that may run at once; `held`, `start_failed` and `end` give it back. A task that is over
 * stays so. A failed start is counted, and the last that is allowed ends the task.
 */
export type TaskEvent =
  /** a place is free; `sessionId` and `chatId` are there from now on */
  | { type: 'start'; at: number; sessionId: string; chatId: string }
  /** `at`: when it did; its time begins anew when it was held */
  | { type: 'turn_starting'; at: number }
  | { type: 'turn_running' | 'asked' | 'held' | 'no_place' }
  /** nothing came of a start: the agent has not had the prompt */
  | { type: 'start_failed'; at: number; error: ErrorInfo; again: boolean }
  /** a limit of the task is reached and its turn is being cancelled; `error` says which */
  | { type: 'stop'; error: ErrorInfo }
  /** its interrupted turn goes on as another one */
  | { type: 'goes_on'; turnId: string }
  | { type: 'end'; at: number; as: TaskEnd; error: ErrorInfo | null; result: TaskResult | null };

export type TaskEnd = 'done' | 'failed' | 'cancelled' | 'interrupted';

/** Whether it takes one of the places of those that may run at the same time. */
export function takesPlace({ state }: Pick<Task, 'state'>): boolean {
  return state === 'starting' || state === 'running' || state === 'needs_you';
}

/** @throws PilotlightError `task_over` */
export function nextTask(task: Task, event: TaskEvent): Task {
  if (isTaskOver(task.state)) {
    throw new PilotlightError('task_over', `Task ${task.id} has already ended (${task.state}).`);
  }
  switch (event.type) {
    case 'start': {
      const { at: startedAt, sessionId, chatId } = event;
      return { ...task, state: 'starting', startedAt, retryAt: null, sessionId, chatId };
    }
    case 'turn_starting':
      return { ...moved(task, 'starting'), ...(task.state === 'held' ? { startedAt: event.at } : {}) };
    case 'turn_running':
      return moved(task, 'running');
    case 'asked':
      return moved(task, 'needs_you');
    case 'held':
      return moved(task, 'held');
    case 'no_place':
      return { ...task, state: 'waiting', retryAt: null };
    case 'start_failed':
      return afterFailedStart(task, event);
    case 'stop':
      return { ...task, error: event.error };
    case 'goes_on':
      return { ...task, turnId: event.turnId };
    case 'end':
      return ended(task, event);
  }
}

/** Told by its turn; one that waits is not moved by that. */
function moved(task: Task, state: Task['state']): Task {
  if (task.state === 'waiting' || task.state === state) return task;
  // Its agent has the prompt: what its last start failed of is past.
  const error = state === 'running' && task.failedStarts > 0 && !isStop(task.error) ? null : task.error;
  return { ...task, state, error };
}

function afterFailedStart(
  task: Task,
  { at, error, again }: Extract<TaskEvent, { type: 'start_failed' }>,
): Task {
  const failedStarts = task.failedStarts + 1;
  if (again && failedStarts <= task.retries)
    return { ...task, state: 'waiting', failedStarts, error, retryAt: at + pauseAfter(failedStarts) };
  return ended({ ...task, failedStarts }, { type: 'end', at, as: 'failed', error, result: null });
}

function ended(task: Task, { at, as, error, result }: Extract<TaskEvent, { type: 'end' }>): Task {
  // Cancelled for a limit of its own, it did not do what was asked.
  const stopped = as === 'cancelled' && isStop(task.error);
  const webhook = task.webhook === null ? null : { ...task.webhook, state: 'pending' as const, nextAt: at };
  return {
    ...task,
    state: stopped ? 'failed' : as,
    error: stopped ? task.error : error,
    endedAt: at,
    retryAt: null,
    result,
    webhook,
  };
}

/** Whether a limit of the task is why its turn is cancelled. */
export function isStop(error: ErrorInfo | null): boolean {
  return error?.code === 'task_time_limit' || error?.code === 'task_budget';
}
