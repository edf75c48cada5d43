import { INDEX_TOPIC, isTaskOver, type Task } from '@pilotlight/protocol';
import type { CommitScope } from '../../journal/journal.ts';
import type { Announcer } from '../announcer.ts';
import type { TaskFollower } from './task-follower.ts';
import { nextTask, type TaskEvent } from './task-transitions.ts';

/** The one way in which a task changes that is not led by its turn: the transition, its row and its frame. */
export class TaskJournal {
  readonly announcer: Announcer;
  readonly #follower: TaskFollower;
  #onChange: (task: Task) => void = () => {};

  constructor(announcer: Announcer, follower: TaskFollower) {
    this.announcer = announcer;
    this.#follower = follower;
    announcer.leadsTasks(follower, (task) => this.#onChange(task));
  }

  /** Called after each change of a task, in its transaction; to be quick, and to do what it does later. */
  onChange(listener: (task: Task) => void): void {
    this.#onChange = listener;
  }

  /** Inside a transaction of the caller. @throws PilotlightError `task_over` */
  apply(scope: CommitScope, task: Task, event: TaskEvent): Task {
    const next = nextTask(task, event);
    this.#follower.forget(task);
    if (!isTaskOver(next.state)) this.#follower.follow(next);
    this.announcer.task(scope, next);
    return next;
  }

  /** As `apply`, in a transaction of its own, on the task as it is; null when it is over already, or gone. */
  change(id: string, event: TaskEvent): Task | null {
    const { store, journal } = this.announcer;
    return journal.commit((scope) => {
      const task = store.tasks.get(id);
      return task === null || isTaskOver(task.state) ? null : this.apply(scope, task, event);
    });
  }

  /** One that is over, inside a transaction of the caller. */
  remove(scope: CommitScope, taskId: string): void {
    this.announcer.store.tasks.remove(taskId);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'task_removed', taskId } });
  }

  /** A new one, inside a transaction of the caller. */
  insert(
    scope: CommitScope,
    task: Task,
    secrets: Parameters<typeof this.announcer.store.tasks.insert>[1],
  ): void {
    this.announcer.store.tasks.insert(task, secrets);
    this.#follower.follow(task);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'task', task } });
    this.#onChange(task);
  }
}
