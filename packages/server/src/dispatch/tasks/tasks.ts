import {
  PilotlightError,
  isTaskOver,
  type CreateTask,
  type Project,
  type RetryTask,
  type Task,
  type Turn,
  type UpdateTask,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import type { Catalog } from '../catalog.ts';
import { checkStart } from '../check-start.ts';
import { newTask, type NewTask } from './new-task.ts';
import type { TaskEnds } from './task-ends.ts';
import type { TaskJournal } from './task-journal.ts';
import type { TaskStarter } from './task-starter.ts';

export interface MadeTask {
  task: Task;
  /** null while the task waits for a place */
  turn: Turn | null;
  /** false when it was there already */
  created: boolean;
}

export interface TasksOptions {
  tasks: TaskJournal;
  starter: TaskStarter;
  ends: TaskEnds;
  catalog: Pick<Catalog, 'getProject'>;
  /** @throws PilotlightError `agent_unknown`, `agent_not_installed`, `config_invalid` */
  chooseAgent(wanted: string | undefined): Promise<string>;
  /** @throws PilotlightError `turn_terminal` */
  cancelTurn(id: string): Turn;
}

/** Prompts without a session. What is made here waits; the starter starts it, at once where there is a place. */
export class Tasks {
  readonly #o: TasksOptions;

  constructor(options: TasksOptions) {
    this.#o = options;
  }

  /**
   * The same id again answers the same task. What could not begin is refused, and nothing is made.
   * @throws PilotlightError `project_not_found`, and what `chooseAgent` and `checkStart` throw
   */
  async create(body: z.output<typeof CreateTask>): Promise<MadeTask> {
    const project = this.#o.catalog.getProject(body.projectId);
    const { id, turnId, projectId, agent: wanted, ...fields } = body;
    const before = this.#known(id);
    if (before !== null) return before;
    const agent = await this.check(project, { ...fields, agent: wanted });
    return this.insert({ id, turnId, projectId, agent, origin: { type: 'user' }, fields });
  }

  /** Which agent would do it. @throws what `chooseAgent` and `checkStart` throw when it could not begin now */
  async check(
    project: Project,
    { agent, base, inPlace }: { agent?: string | undefined; base?: string | undefined; inPlace: boolean },
  ): Promise<string> {
    const chosen = await this.#o.chooseAgent(agent);
    await checkStart(project, { base, inPlace });
    return chosen;
  }

  /** Writes it down, and starts it when there is a place. The same id again answers the same task. */
  async insert(wanted: NewTask): Promise<MadeTask> {
    const { announcer } = this.#o.tasks;
    const { store, journal, now } = announcer;
    const known = this.#known(wanted.id);
    if (known !== null) return known;
    if (store.turns.get(wanted.turnId) !== null) {
      throw new PilotlightError(
        'conflict',
        `Turn ${wanted.turnId} exists already. Make new ids for each task.`,
      );
    }
    const { task, secrets } = newTask(wanted, store.blobs, now());
    journal.commit((scope) => this.#o.tasks.insert(scope, task, secrets));
    await this.#o.starter.fill();
    return { ...this.#now(task.id), created: true };
  }

  get(id: string): Task {
    const task = this.#o.tasks.announcer.store.tasks.get(id);
    if (task === null) throw new PilotlightError('task_not_found', `There is no task ${id}.`);
    return task;
  }

  /** @throws PilotlightError `task_not_found`, `conflict` when it waits no more */
  update(id: string, { priority }: UpdateTask): Task {
    const { announcer } = this.#o.tasks;
    return announcer.journal.commit((scope) => {
      const task = this.get(id);
      if (task.state !== 'waiting')
        throw new PilotlightError(
          'conflict',
          `Task ${id} is ${task.state}; only one that waits has a priority.`,
        );
      const changed = { ...task, priority };
      announcer.task(scope, changed);
      return changed;
    });
  }

  /** One that waits ends at once, one that runs when its agent has stopped. @throws `task_not_found`, `task_over` */
  cancel(id: string): Task {
    const { tasks, cancelTurn, ends } = this.#o;
    const { store, now } = tasks.announcer;
    const task = this.get(id);
    if (isTaskOver(task.state))
      throw new PilotlightError('task_over', `Task ${id} has already ended (${task.state}).`);
    const turn = store.turns.get(task.turnId);
    if (turn === null) {
      tasks.change(id, { type: 'end', at: now(), as: 'cancelled', error: null, result: null });
      return this.get(id);
    }
    try {
      cancelTurn(turn.id);
    } catch (error) {
      // Its turn has ended and its result is being gathered.
      if (!(error instanceof PilotlightError) || error.code !== 'turn_terminal') throw error;
      ends.turnEnded(turn.id);
    }
    return this.get(id);
  }

  /**
   * The same once more, as a task of its own.
   * @throws PilotlightError `task_not_found`, `conflict` for one made before texts were kept, and as `create`
   */
  async retry(id: string, { id: newId, turnId }: RetryTask): Promise<MadeTask> {
    const { store, now } = this.#o.tasks.announcer;
    const known = this.#known(newId);
    if (known !== null) return known;
    const before = this.get(id);
    const secrets = store.tasks.secrets(id);
    if (secrets === null || secrets.prompt.length === 0)
      throw new PilotlightError('conflict', `The text of task ${id} was not kept; make a new one.`);
    await this.check(this.#o.catalog.getProject(before.projectId), {
      ...before,
      base: before.base ?? undefined,
    });
    const { projectId, agent, webhook, title, text, model, base, inPlace, mode } = before;
    const { priority, timeLimitMs, budget, retries } = before;
    const origin = { type: 'retry' as const, taskId: id };
    const fields: NewTask['fields'] = { content: [], title, inPlace, priority, retries };
    const made = newTask({ id: newId, turnId, projectId, agent, origin, fields }, store.blobs, now());
    const told = webhook === null ? null : { ...webhook, ...UNTOLD };
    const task: Task = { ...made.task, text, model, base, mode, timeLimitMs, budget, webhook: told };
    this.#o.tasks.announcer.journal.commit((scope) => this.#o.tasks.insert(scope, task, secrets));
    await this.#o.starter.fill();
    return { ...this.#now(newId), created: true };
  }

  /** Its session stays. @throws PilotlightError `task_not_found`, `task_running` while it is not over */
  remove(id: string): void {
    const task = this.get(id);
    if (!isTaskOver(task.state))
      throw new PilotlightError(
        'task_running',
        `Task ${id} is ${task.state}. Cancel it first; nothing was changed.`,
      );
    const { tasks } = this.#o;
    tasks.announcer.journal.commit((scope) => tasks.remove(scope, id));
  }

  #known(id: string): MadeTask | null {
    return this.#o.tasks.announcer.store.tasks.get(id) === null ? null : { ...this.#now(id), created: false };
  }

  #now(id: string): Pick<MadeTask, 'task' | 'turn'> {
    const task = this.get(id);
    return { task, turn: this.#o.tasks.announcer.store.turns.get(task.turnId) };
  }
}

const UNTOLD = { state: 'waiting', attempts: 0, status: null, error: null, at: null, nextAt: null } as const;
