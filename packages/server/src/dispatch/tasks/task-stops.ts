import {
  allTokens,
  isTaskOver,
  type ErrorInfo,
  type Task,
  type TaskBudget,
  type Turn,
} from '@pilotlight/protocol';
import type { Clock } from '../../clock.ts';
import type { MeterReading } from '../turn-meter.ts';
import type { TaskFollower } from './task-follower.ts';
import type { TaskJournal } from './task-journal.ts';
import { isStop, takesPlace } from './task-transitions.ts';

export interface TaskStopsOptions {
  tasks: TaskJournal;
  follower: TaskFollower;
  clock: Clock;
  cancelTurn(turnId: string): void;
}

/**
 * Cancels the turn of a task that reached its limit of time, tokens or money. Why is on disk before the turn is cancelled, so
 * that the next server knows it, and does it.
 */
export class TaskStops implements Disposable {
  readonly #o: TaskStopsOptions;
  readonly #timers = new Map<string, Disposable>();
  #stopped = false;

  constructor(options: TaskStopsOptions) {
    this.#o = options;
  }

  /** Those that an earlier server left. */
  watchAll(): void {
    for (const task of this.#o.tasks.announcer.store.tasks.open()) {
      this.watch(task);
      if (isStop(task.error) && takesPlace(task)) this.#cancel(task);
    }
  }

  /** The task has changed. */
  watch(task: Task): void {
    if (this.#stopped) return;
    const isTimed = takesPlace(task) && task.timeLimitMs !== null && task.startedAt !== null;
    if (!isTimed) return this.#unwatch(task.id);
    if (this.#timers.has(task.id)) return;
    const at = (task.startedAt ?? 0) + (task.timeLimitMs ?? 0);
    this.#timers.set(
      task.id,
      this.#o.clock.at(at, () => this.#timeIsUp(task.id)),
    );
  }

  /** The agent has said what a turn has used so far. */
  used(turn: Turn, reading: () => MeterReading): void {
    const task = this.#o.follower.taskOf(turn.id);
    if (task === null || task.budget === null || isStop(task.error)) return;
    const message = overBudget(task.budget, reading());
    if (message !== null) this.#stop(task, { code: 'task_budget', message });
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #timeIsUp(id: string): void {
    this.#unwatch(id);
    const task = this.#o.tasks.announcer.store.tasks.get(id);
    if (task === null || isTaskOver(task.state) || task.timeLimitMs === null || isStop(task.error)) return;
    const message = `The task ran for ${words(task.timeLimitMs)}, its time limit, and was stopped. What it did is kept; send a prompt in its session to go on.`;
    this.#stop(task, { code: 'task_time_limit', message });
  }

  #stop(task: Task, error: ErrorInfo): void {
    const stopped = this.#o.tasks.change(task.id, { type: 'stop', error });
    if (stopped !== null) this.#cancel(stopped);
  }

  #cancel({ turnId }: Task): void {
    try {
      this.#o.cancelTurn(turnId);
    } catch {
      // It has ended meanwhile, which is as good.
    }
  }

  #unwatch(id: string): void {
    this.#timers.get(id)?.[Symbol.dispose]();
    this.#timers.delete(id);
  }
}

function overBudget({ tokens, cost }: TaskBudget, used: MeterReading): string | null {
  const usedTokens = used.tokens === null ? 0 : allTokens(used.tokens);
  const after = 'and was stopped. What it did is kept; raise the budget of its session to go on.';
  if (tokens !== null && usedTokens >= tokens)
    return `The task used ${usedTokens} tokens of its budget of ${tokens}, ${after}`;
  if (cost !== null && used.cost?.currency === cost.currency && used.cost.amount >= cost.amount)
    return `The task used ${used.cost.amount} ${cost.currency} of its budget of ${cost.amount} ${cost.currency}, ${after}`;
  return null;
}

/** A length of time as a person says it. */
function words(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`;
}
