import {
  INDEX_TOPIC,
  PilotlightError,
  type CreateTask,
  type Project,
  type Task,
  type Turn,
} from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import type { Catalog } from './catalog.ts';
import { checkStart } from './check-start.ts';
import { titleOf } from './prompt-content.ts';
import type { Queue } from './queue.ts';
import type { Reservation } from './reserved-worktrees.ts';

export interface MadeTask {
  task: Task;
  turn: Turn;
  /** false when it was there already */
  created: boolean;
}

export interface TasksOptions {
  announcer: Announcer;
  catalog: Catalog;
  queue: Queue;
  /** @throws PilotlightError `agent_unknown`, `agent_not_installed`, `config_invalid` */
  chooseAgent(wanted: string | undefined): Promise<string>;
  kick(chatId: string): void;
}

/** Prompts without a session: session and chat are made first, all in one durable step, then the turn runs as any other. */
export class Tasks {
  readonly #o: TasksOptions;

  constructor(options: TasksOptions) {
    this.#o = options;
  }

  /**
   * The same id again answers the same task. What could not begin is refused, and nothing is made.
   * @throws PilotlightError `project_not_found`, and what `chooseAgent` and `checkStart` throw
   */
  async create(body: CreateTask): Promise<MadeTask> {
    const { catalog } = this.#o;
    const project = catalog.getProject(body.projectId);
    const before = this.#known(body.id);
    if (before !== null) return before;
    const agent = await this.#o.chooseAgent(body.agent);
    await checkStart(project, body);
    const made = await catalog.withReservation(project, body, (reserved) =>
      this.#make(project, body, agent, reserved),
    );
    if (made.created) this.#o.kick(made.task.chatId);
    return made;
  }

  #make(project: Project, body: CreateTask, agent: string, reserved: Reservation | null): MadeTask {
    const { announcer, catalog, queue } = this.#o;
    const { store, journal, now } = announcer;
    // Sent twice at the same time, it may be there by now.
    const meanwhile = this.#known(body.id);
    if (meanwhile !== null) return meanwhile;
    if (store.turns.get(body.turnId) !== null) {
      throw new PilotlightError(
        'conflict',
        `Turn ${body.turnId} exists already. Make new ids for each task.`,
      );
    }
    return journal.commit((scope) => {
      const title = body.title ?? titleOf(body.content);
      const { inPlace } = body;
      const { session, chat } = catalog.newSession(scope, project, { title, inPlace, agent, reserved });
      const { turnId: id, content, model } = body;
      const turn = queue.accept(scope, chat, {
        id,
        content,
        agent,
        ...(model === undefined ? {} : { model }),
      });
      const task: Task = {
        id: body.id,
        projectId: project.id,
        title,
        agent,
        sessionId: session.id,
        chatId: chat.id,
        turnId: turn.id,
        createdAt: now(),
      };
      store.tasks.insert(task);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'task', task } });
      return { task, turn, created: true };
    });
  }

  get(id: string): Task {
    const task = this.#o.announcer.store.tasks.get(id);
    if (task === null) throw new PilotlightError('task_not_found', `There is no task ${id}.`);
    return task;
  }

  #known(id: string): MadeTask | null {
    const task = this.#o.announcer.store.tasks.get(id);
    return task === null ? null : { task, turn: this.#turnOf(task), created: false };
  }

  #turnOf(task: Task): Turn {
    const turn = this.#o.announcer.store.turns.get(task.turnId);
    if (turn === null)
      throw new PilotlightError('turn_not_found', `The turn of task ${task.id} was removed.`);
    return turn;
  }
}
