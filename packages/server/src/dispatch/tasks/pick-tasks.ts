import type { Task, TaskLimits, TaskPriority } from '@pilotlight/protocol';
import { takesPlace } from './task-transitions.ts';

const RANK: Record<TaskPriority, number> = { high: 0, normal: 1, low: 2 };

/** @param busy those that take a place, with those that are just about to */
export function hasPlace(agent: string, busy: readonly Pick<Task, 'agent'>[], limits: TaskLimits): boolean {
  const ofAgent = busy.filter((task) => task.agent === agent).length;
  // Not the prototype's, whatever an agent is called.
  const own = Object.hasOwn(limits.agents, agent) ? limits.agents[agent] : undefined;
  return busy.length < limits.machine && ofAgent < (own ?? limits.agent);
}

/**
 * Those of the open tasks that may start now: by priority, then by age. One whose agent has no place does not hold back those
 * of other agents.
 * @param open oldest first
 * @param preparing ids of those that are about to start
 */
export function pickTasks(
  open: readonly Task[],
  preparing: ReadonlySet<string>,
  limits: TaskLimits,
  now: number,
): Task[] {
  const busy = open.filter((task) => takesPlace(task) || preparing.has(task.id));
  const due = open.filter(
    (task) => task.state === 'waiting' && !preparing.has(task.id) && (task.retryAt ?? 0) <= now,
  );
  const picked: Task[] = [];
  for (const task of due.toSorted((a, b) => RANK[a.priority] - RANK[b.priority])) {
    if (hasPlace(task.agent, [...busy, ...picked], limits)) picked.push(task);
  }
  return picked;
}

/** When one that waits to be tried again is due; null: none is. */
export function nextRetry(open: readonly Task[], now: number): number | null {
  const times = open.flatMap(({ state, retryAt }) =>
    state === 'waiting' && retryAt !== null && retryAt > now ? [retryAt] : [],
  );
  return times.length === 0 ? null : Math.min(...times);
}
