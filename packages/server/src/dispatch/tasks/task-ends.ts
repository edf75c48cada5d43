import { isTaskOver, type Session, type Task, type TaskResult, type Turn } from '@pilotlight/protocol';
import type { Clock } from '../../clock.ts';
import { isTerminal } from '../turn-transitions.ts';
import type { TaskFollower } from './task-follower.ts';
import type { TaskJournal } from './task-journal.ts';
import type { TaskEnd } from './task-transitions.ts';

const SUMMARY_CHARACTERS = 4000;
/** Ended tasks that are kept; older ones go, their sessions stay. */
const KEPT_TASKS = 500;

const END: Partial<Record<Turn['state'], TaskEnd>> = {
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

export interface TaskEndsOptions {
  tasks: TaskJournal;
  follower: TaskFollower;
  clock: Clock;
}

/**
 * Ends a task when its turn has: with its result, in one transaction. A turn that was interrupted and goes on by itself takes
 * its task along.
 */
export class TaskEnds {
  readonly #o: TaskEndsOptions;

  constructor(options: TaskEndsOptions) {
    this.#o = options;
  }

  /** A turn has ended and its diff is measured. */
  turnEnded(turnId: string): void {
    const task = this.#o.follower.taskOf(turnId);
    if (task !== null) this.#settle(task);
  }

  /** At start: those whose turn ended when an earlier server could not say so any more. */
  settleAll(): void {
    for (const task of this.#o.tasks.announcer.store.tasks.open()) this.#settle(task);
  }

  #settle(task: Task): void {
    const { announcer } = this.#o.tasks;
    const turn = announcer.store.turns.get(task.turnId);
    if (turn !== null && !isTerminal(turn.state)) return;
    // It has not begun yet.
    if (turn === null && task.chatId === null) return;
    announcer.journal.flush();
    const next = turn === null ? null : announcer.store.turns.continuing(turn.chatId, turn.id);
    if (next === null) return this.#end(task.id, turn);
    this.#o.tasks.change(task.id, { type: 'goes_on', turnId: next.id });
    announcer.journal.commit((scope) => {
      const moved = this.#o.follower.afterTurn(next);
      if (moved !== null) announcer.task(scope, moved);
    });
    const after = announcer.store.tasks.get(task.id);
    if (after !== null && !isTaskOver(after.state)) this.#settle(after);
  }

  #end(id: string, turn: Turn | null): void {
    const { tasks, clock } = this.#o;
    const { store, journal } = tasks.announcer;
    journal.commit((scope) => {
      const task = store.tasks.get(id);
      if (task === null || isTaskOver(task.state)) return;
      const as = (turn === null ? undefined : END[turn.state]) ?? 'cancelled';
      const result = turn === null || turn.startedAt === null ? null : this.#result(task, turn);
      // One that only sums up what is said elsewhere: a cancel is no error.
      const error = as === 'failed' || as === 'interrupted' ? (turn?.error ?? null) : null;
      tasks.apply(scope, task, { type: 'end', at: clock.now(), as, error, result });
      for (const old of store.tasks.beyond(KEPT_TASKS)) tasks.remove(scope, old);
    });
  }

  #result(task: Task, turn: Turn): TaskResult {
    const { store } = this.#o.tasks.announcer;
    const session: Session | null = store.sessions.get(task.sessionId ?? '');
    return {
      summary: lastWords(store.messages.page(turn.chatId, { limit: 20 }).messages, turn.id),
      diff: turn.diff ?? session?.diff ?? null,
      branch: session?.worktree?.branch ?? null,
      usage: turn.usage,
    };
  }
}

/** The end of the last text the agent said in that turn. */
function lastWords(
  messages: readonly { turnId: string | null; role: string; parts: readonly { type: string }[] }[],
  turnId: string,
): string {
  const said = messages.filter((message) => message.turnId === turnId && message.role === 'assistant');
  const texts = said.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'text' && 'text' in part ? [String(part.text)] : [])),
  );
  const last = texts.findLast((text) => text.trim() !== '') ?? '';
  return last.trim().slice(-SUMMARY_CHARACTERS).toWellFormed();
}
