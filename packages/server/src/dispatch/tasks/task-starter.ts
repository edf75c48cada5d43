import { toErrorInfo, type Policy, type Project, type Task, type Turn } from '@pilotlight/protocol';
import type { Clock } from '../../clock.ts';
import type { CommitScope } from '../../journal/journal.ts';
import type { Catalog } from '../catalog.ts';
import { checkStart } from '../check-start.ts';
import type { Queue } from '../queue.ts';
import type { Reservation } from '../reserved-worktrees.ts';
import type { UserSettings } from '../user-settings.ts';
import { hasPlace, nextRetry, pickTasks } from './pick-tasks.ts';
import { isWorthAnotherStart } from './start-failure.ts';
import type { TaskFollower } from './task-follower.ts';
import type { TaskJournal } from './task-journal.ts';
import { takesPlace } from './task-transitions.ts';

export interface TaskStarterOptions {
  tasks: TaskJournal;
  follower: TaskFollower;
  catalog: Catalog;
  queue: Queue;
  settings: UserSettings;
  clock: Clock;
  /** @throws PilotlightError `agent_unknown`, `agent_not_installed`, `config_invalid` */
  chooseAgent(wanted: string | undefined): Promise<string>;
  /** What waits in that chat may start. */
  kick(chatId: string): void;
  onError(error: unknown): void;
}

/**
 * Starts the tasks that wait, as far as the limits allow. Session, chat, turn and the task's new state are written in one
 * transaction, and the turn has the id that the task was made with, so whoever dies when, there is one session and one turn.
 * From there on the turn runs as any other.
 */
export class TaskStarter implements AsyncDisposable {
  readonly #o: TaskStarterOptions;
  /** task id → the start that is being prepared */
  readonly #preparing = new Map<string, Promise<void>>();
  #timer: Disposable | null = null;
  #stopped = false;

  constructor(options: TaskStarterOptions) {
    this.#o = options;
  }

  /** Starts what may start. Resolves when that is on its way; does not reject. */
  async fill(): Promise<void> {
    if (this.#stopped) return;
    const { tasks, settings, clock } = this.#o;
    const open = tasks.announcer.store.tasks.open();
    const preparing = new Set(this.#preparing.keys());
    const picked = pickTasks(open, preparing, settings.get().taskLimits, clock.now());
    this.#arm(nextRetry(open, clock.now()));
    await Promise.all(picked.map((task) => this.#begin(task)));
  }

  /** Whether the turn may be begun by its chat: one of a task only while the task has a place. */
  mayBegin(turn: Turn): boolean {
    const { follower, tasks, settings } = this.#o;
    const task = follower.taskOf(turn.id);
    if (task === null || takesPlace(task)) return true;
    if (task.state === 'waiting') return false;
    // Held until now, it has given its place away.
    const busy = tasks.announcer.store.tasks.open().filter(takesPlace);
    if (hasPlace(task.agent, busy, settings.get().taskLimits)) return true;
    tasks.change(task.id, { type: 'no_place' });
    return false;
  }

  async drained(): Promise<void> {
    while (this.#preparing.size > 0) await Promise.all(this.#preparing.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.drained();
  }

  #begin(task: Task): Promise<void> {
    const begun = this.#start(task)
      .catch((error: unknown) => this.#failed(task, error))
      .catch((error: unknown) => this.#o.onError(error))
      .finally(() => this.#preparing.delete(task.id));
    this.#preparing.set(task.id, begun);
    return begun;
  }

  async #start(task: Task): Promise<void> {
    const { tasks, catalog, chooseAgent, kick } = this.#o;
    // Its chat is there already: it was tried before, or was held back.
    const { chatId, sessionId } = task;
    const sessionIsThere = sessionId !== null && tasks.announcer.store.sessions.get(sessionId) !== null;
    if (chatId !== null && sessionIsThere) {
      tasks.change(task.id, { type: 'start', at: this.#o.clock.now(), sessionId, chatId });
      return kick(chatId);
    }
    const project = catalog.getProject(task.projectId);
    await chooseAgent(task.agent);
    const where = { base: task.base ?? undefined, inPlace: task.inPlace };
    await checkStart(project, where);
    const started = await catalog.withReservation(project, where, (reserved) =>
      this.#stopped ? null : this.#make(task.id, project, reserved),
    );
    if (started !== null) kick(started);
  }

  /** The id of the chat; null when the task waits no more. */
  #make(id: string, project: Project, reserved: Reservation | null): string | null {
    const { tasks, catalog, queue, clock } = this.#o;
    const { store, journal } = tasks.announcer;
    return journal.commit((scope) => {
      const task = store.tasks.get(id);
      const secrets = store.tasks.secrets(id);
      // Cancelled or removed while its start was prepared.
      if (task === null || secrets === null || task.state !== 'waiting') return null;
      const { title, agent, inPlace, base, model, turnId } = task;
      const { session, chat } = catalog.newSession(scope, project, {
        title,
        agent,
        inPlace,
        base: base ?? undefined,
        reserved,
      });
      this.#limit(scope, task, session.id);
      const started = { type: 'start' as const, at: clock.now(), sessionId: session.id, chatId: chat.id };
      tasks.apply(scope, task, started);
      queue.acceptParts(scope, chat, { id: turnId, parts: secrets.prompt, agent, model });
      return chat.id;
    });
  }

  /** What the task may do and use is said of its session, so that it holds for prompts that follow as well. */
  #limit(scope: CommitScope, { mode, budget }: Task, sessionId: string): void {
    const { announcer } = this.#o.tasks;
    if (budget !== null) announcer.store.budgets.set({ subject: sessionId, ...budget });
    if (mode === null) return;
    const policy: Policy = {
      scope: 'session',
      scopeId: sessionId,
      mode,
      answerWithin: null,
      rules: [],
      revision: 1,
      updatedAt: this.#o.clock.now(),
    };
    announcer.policy(scope, policy);
  }

  #failed({ id }: Task, cause: unknown): void {
    if (this.#stopped) return;
    const error = toErrorInfo(cause);
    const again = isWorthAnotherStart(error);
    this.#o.tasks.change(id, { type: 'start_failed', at: this.#o.clock.now(), error, again });
  }

  #arm(at: number | null): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = at === null ? null : this.#o.clock.at(at, () => void this.fill());
  }
}
