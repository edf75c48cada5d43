import type { Task, Turn } from '@pilotlight/protocol';
import type { Clock } from './clock.ts';
import type { Announcer } from './dispatch/announcer.ts';
import type { Catalog } from './dispatch/catalog.ts';
import type { Dispatcher, DispatcherOptions } from './dispatch/dispatcher.ts';
import type { Queue } from './dispatch/queue.ts';
import { Comparisons } from './dispatch/tasks/comparisons.ts';
import { Schedules } from './dispatch/tasks/schedules.ts';
import { isWorthAnotherStart } from './dispatch/tasks/start-failure.ts';
import { TaskEnds } from './dispatch/tasks/task-ends.ts';
import { TaskFollower } from './dispatch/tasks/task-follower.ts';
import { TaskJournal } from './dispatch/tasks/task-journal.ts';
import { TaskStarter } from './dispatch/tasks/task-starter.ts';
import { TaskStops } from './dispatch/tasks/task-stops.ts';
import { Tasks } from './dispatch/tasks/tasks.ts';
import { Triggers } from './dispatch/tasks/triggers.ts';
import { Webhooks } from './dispatch/tasks/webhooks.ts';
import type { TurnRunnerOptions } from './dispatch/turn-runner.ts';
import type { UserSettings } from './dispatch/user-settings.ts';

export interface TaskParts {
  announcer: Announcer;
  catalog: Catalog;
  queue: Queue;
  settings: UserSettings;
  clock: Clock;
  chooseAgent(wanted: string | undefined): Promise<string>;
  dispatcher(): Dispatcher;
  onError(error: unknown): void;
}

/** What turns tell tasks. */
export interface TaskHooks
  extends
    Pick<TurnRunnerOptions, 'startFailed' | 'onUsage'>,
    Pick<DispatcherOptions, 'mayBegin' | 'onEnded'> {}

/** Everything about tasks. Disposing ends its timers and what it is preparing or sending. */
export interface TaskDesk extends AsyncDisposable {
  commands: Tasks;
  schedules: Schedules;
  triggers: Triggers;
  comparisons: Comparisons;
  hooks: TaskHooks;
  /** What an earlier server left goes on; turns that ran are taken up already. */
  goOn(): Promise<void>;
  /** Tasks may be able to start: a limit was changed. */
  limitsChanged(): void;
  /** Resolves when no start is prepared and no webhook is sent. */
  drained(): Promise<void>;
}

export function composeTasks(parts: TaskParts): TaskDesk {
  const { announcer, catalog, clock, chooseAgent, settings, queue, onError } = parts;
  const { store } = announcer;
  const follower = new TaskFollower(store, clock.now);
  const tasks = new TaskJournal(announcer, follower);
  const kick = (chatId: string): void => parts.dispatcher().kick(chatId);
  const cancelTurn = (id: string): Turn => parts.dispatcher().cancelTurn(id);
  const starter = new TaskStarter({
    tasks,
    follower,
    catalog,
    queue,
    settings,
    clock,
    chooseAgent,
    kick,
    onError,
  });
  const ends = new TaskEnds({ tasks, follower, clock });
  const stops = new TaskStops({ tasks, follower, clock, cancelTurn });
  const webhooks = new Webhooks({ announcer, clock, onError });
  const commands = new Tasks({ tasks, starter, ends, catalog, chooseAgent, cancelTurn });
  const defaultAgent = (): Promise<string> => chooseAgent(undefined);
  const schedules = new Schedules({ tasks, commands, starter, catalog, clock, defaultAgent, onError });
  const triggers = new Triggers({ tasks, commands, catalog, clock });
  const waiters = new Map<string, PromiseWithResolvers<void>>();
  const comparisons = new Comparisons({
    tasks,
    commands,
    starter,
    catalog,
    chooseAgent,
    ended: (task) => untilOver(task),
  });

  const isOver = (task: Task | null): boolean => task === null || task.endedAt !== null;
  const untilOver = async ({ id }: Task): Promise<void> => {
    if (isOver(store.tasks.get(id))) return;
    const waiter = waiters.get(id) ?? Promise.withResolvers<void>();
    waiters.set(id, waiter);
    await waiter.promise;
  };
  tasks.onChange((task) => {
    // Inside the transaction of that change: what follows comes when it is over.
    queueMicrotask(() => {
      const current = store.tasks.get(task.id);
      if (current === null) return;
      stops.watch(current);
      webhooks.watch(current);
      if (!isOver(current)) return;
      waiters.get(current.id)?.resolve();
      waiters.delete(current.id);
      // What waited behind its prompt.
      if (current.chatId !== null && store.chats.get(current.chatId) !== null) kick(current.chatId);
    });
    if (task.state !== 'starting' && task.state !== 'running') queueMicrotask(() => void starter.fill());
  });

  return {
    commands,
    schedules,
    triggers,
    comparisons,
    hooks: {
      mayBegin: (turn) => starter.mayBegin(turn),
      onEnded: (turn, measured) =>
        void measured.then(() => ends.turnEnded(turn.id)).catch((error: unknown) => onError(error)),
      onUsage: (turn, used) => stops.used(turn, used),
      startFailed: (turn, error) => {
        const task = follower.taskOf(turn.id);
        if (task === null || !isWorthAnotherStart(error) || task.failedStarts >= task.retries) return null;
        return (scope) => {
          const current = follower.taskOf(turn.id);
          const event = { type: 'start_failed' as const, at: clock.now(), error, again: true };
          if (current !== null) tasks.apply(scope, current, event);
        };
      },
    },
    async goOn() {
      ends.settleAll();
      stops.watchAll();
      webhooks.watchAll();
      await schedules.look();
      await starter.fill();
    },
    limitsChanged: () => void starter.fill(),
    async drained() {
      await starter.drained();
      await webhooks.drained();
    },
    async [Symbol.asyncDispose]() {
      await schedules[Symbol.asyncDispose]();
      stops[Symbol.dispose]();
      await starter[Symbol.asyncDispose]();
      await webhooks[Symbol.asyncDispose]();
    },
  };
}
