import {
  INDEX_TOPIC,
  PilotlightError,
  isTaskOver,
  type Comparison,
  type ComparisonWithTasks,
  type CreateComparison,
  type Task,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import { resolveBase } from '../../workspace/resolve-base.ts';
import type { Catalog } from '../catalog.ts';
import { titleOf } from '../prompt-content.ts';
import { newTask } from './new-task.ts';
import type { TaskJournal } from './task-journal.ts';
import type { TaskStarter } from './task-starter.ts';
import type { Tasks } from './tasks.ts';

export interface ComparisonsOptions {
  tasks: TaskJournal;
  commands: Tasks;
  starter: TaskStarter;
  catalog: Pick<Catalog, 'getProject' | 'removeSession' | 'updateSession'>;
  /** @throws PilotlightError `agent_unknown`, `agent_not_installed` */
  chooseAgent(wanted: string): Promise<string>;
  /** Resolves when that turn has ended, and its task with it. */
  ended(task: Task): Promise<void>;
}

/** The same task for several agents or models, each in a session of its own from the same commit. */
export class Comparisons {
  readonly #o: ComparisonsOptions;

  constructor(options: ComparisonsOptions) {
    this.#o = options;
  }

  list(): Comparison[] {
    return this.#store.comparisons.list();
  }

  /** @throws PilotlightError `comparison_not_found` */
  get(id: string): ComparisonWithTasks {
    const comparison = this.#row(id);
    const tasks = comparison.taskIds.flatMap((taskId) => this.#store.tasks.get(taskId) ?? []);
    return { comparison, tasks };
  }

  /**
   * All tasks and what holds them together in one transaction; the same id again answers what there is. The base is read once:
   * all start from the commit it names now.
   * @throws PilotlightError `project_not_found`, `conflict`, and what could not begin now
   */
  async create(body: z.output<typeof CreateComparison>): Promise<ComparisonWithTasks & { created: boolean }> {
    if (this.#store.comparisons.get(body.id) !== null) return { ...this.get(body.id), created: false };
    const project = this.#o.catalog.getProject(body.projectId);
    if (project.kind !== 'git') {
      throw new PilotlightError(
        'invalid_request',
        `${project.path} is no repository. Agents that are compared work in worktrees of their own.`,
      );
    }
    const { id, projectId, candidates, ...fields } = body;
    for (const { agent } of candidates) await this.#o.chooseAgent(agent);
    await this.#o.commands.check(project, { ...fields, agent: candidates[0]?.agent, inPlace: false });
    const baseCommit = await resolveBase(project.path, fields.base ?? 'HEAD');
    if (baseCommit === null)
      throw new PilotlightError('conflict', 'The base was removed meanwhile; try again.');
    const { journal, now, store } = this.#o.tasks.announcer;
    if (store.comparisons.get(id) !== null) return { ...this.get(id), created: false };
    const title = fields.title ?? titleOf(fields.content);
    // Where the agent does not tell them apart, the model does.
    const nameOf = ({ agent, model }: (typeof candidates)[number]): string => {
      const isAlone = candidates.filter((each) => each.agent === agent).length === 1;
      return isAlone || model === undefined ? title : `${title} (${model})`;
    };
    const made = candidates.map(({ taskId, turnId, agent, model }) =>
      newTask(
        {
          id: taskId,
          turnId,
          projectId,
          agent,
          origin: { type: 'user' },
          comparisonId: id,
          fields: {
            ...fields,
            title: nameOf({ taskId, turnId, agent, model }),
            inPlace: false,
            base: baseCommit,
            ...(model === undefined ? {} : { model }),
          },
        },
        store.blobs,
        now(),
      ),
    );
    journal.commit((scope) => {
      const comparison: Comparison = {
        id,
        projectId,
        title,
        baseCommit,
        taskIds: made.map(({ task }) => task.id),
        keptTaskId: null,
        createdAt: now(),
      };
      store.comparisons.insert(comparison);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'comparison', comparison } });
      for (const { task, secrets } of made) this.#o.tasks.insert(scope, task, secrets);
    });
    await this.#o.starter.fill();
    return { ...this.get(id), created: true };
  }

  /**
   * One is chosen. The others are cancelled and their sessions let go; what is in their worktrees is kept for a while, and a
   * session that cannot go is archived instead. Safe to repeat.
   * @throws PilotlightError `comparison_not_found`, `task_not_found` for one that is not of this comparison, `conflict` when
   *   the session of that one was let go
   */
  async keep(id: string, taskId: string): Promise<ComparisonWithTasks> {
    const comparison = this.#row(id);
    if (!comparison.taskIds.includes(taskId))
      throw new PilotlightError('task_not_found', `Task ${taskId} is not one of comparison ${id}.`);
    const { journal } = this.#o.tasks.announcer;
    const sessionId = this.#store.tasks.get(taskId)?.sessionId ?? null;
    if (sessionId !== null && this.#store.sessions.get(sessionId) === null) {
      throw new PilotlightError(
        'conflict',
        `The session of task ${taskId} was let go. Bring it back first: \`pilotlight session restore ${sessionId}\`. Nothing was changed.`,
        { details: { taskId, sessionId } },
      );
    }
    journal.commit((scope) => {
      const kept = { ...comparison, keptTaskId: taskId };
      this.#store.comparisons.update(kept);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'comparison', comparison: kept } });
    });
    const others = this.get(id).tasks.filter((task) => task.id !== taskId);
    for (const task of others) if (!isTaskOver(task.state)) this.#o.commands.cancel(task.id);
    for (const task of others) await this.#letGo(task);
    return this.get(id);
  }

  /** Its tasks and sessions stay. @throws PilotlightError `comparison_not_found` */
  remove(id: string): void {
    const { tasks } = this.get(id);
    const { announcer } = this.#o.tasks;
    announcer.journal.commit((scope) => {
      this.#store.comparisons.remove(id);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'comparison_removed', comparisonId: id } });
      for (const task of tasks) announcer.task(scope, { ...task, comparisonId: null });
    });
  }

  async #letGo(task: Task): Promise<void> {
    await this.#o.ended(task);
    const sessionId = this.#store.tasks.get(task.id)?.sessionId ?? null;
    if (sessionId === null || this.#store.sessions.get(sessionId) === null) return;
    try {
      await this.#o.catalog.removeSession(sessionId, 'keep');
    } catch {
      // Somebody works in it, or its worktree cannot be kept: it stays, out of sight.
      if (this.#store.sessions.get(sessionId) !== null)
        this.#o.catalog.updateSession(sessionId, { archived: true });
    }
  }

  #row(id: string): Comparison {
    const comparison = this.#store.comparisons.get(id);
    if (comparison === null)
      throw new PilotlightError('comparison_not_found', `There is no comparison ${id}.`);
    return comparison;
  }

  get #store() {
    return this.#o.tasks.announcer.store;
  }
}
