import { PilotlightError, isTaskOver } from '@pilotlight/protocol';
import type { Task } from '@pilotlight/protocol';
import type { Client } from './client.ts';

export interface WaitForTaskOptions {
  signal?: AbortSignal;
  /** what is waited for; default: that it is over */
  until?: (task: Task) => boolean;
  /** called with each state of it, the first included */
  onTask?: (task: Task) => void;
}

/**
 * Follows the index until the task is over.
 * @throws PilotlightError `task_not_found` when there is none, or when it is removed; the signal's reason when aborted
 */
export async function waitForTask(
  client: Pick<Client, 'followIndex'>,
  id: string,
  { signal, until = (task) => isTaskOver(task.state), onTask }: WaitForTaskOptions = {},
): Promise<Task> {
  const { promise, resolve, reject } = Promise.withResolvers<Task>();
  const onAbort = (): void => reject(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  let last: Task | null = null;
  using _following = client.followIndex({
    onState({ tasks }) {
      const task = Object.hasOwn(tasks, id) ? tasks[id] : undefined;
      if (task === undefined) return reject(new PilotlightError('task_not_found', `There is no task ${id}.`));
      if (task === last) return;
      last = task;
      onTask?.(task);
      if (until(task)) resolve(task);
    },
    onError: reject,
  });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
