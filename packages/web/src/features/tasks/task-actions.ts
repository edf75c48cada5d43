import { newId, type Task, type TaskPriority } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

const text = words.tasks;

export const titleOfTask = ({ title }: Pick<Task, 'title'>): string => (title === '' ? text.untitled : title);

export function cancelTask(task: Task): void {
  server.cancelTask(task.id).then(() => toast(text.cancelled(titleOfTask(task))), showError);
}

/** The id of the new task; null when it was refused, which is said. */
export async function retryTask({ id }: Task): Promise<string | null> {
  try {
    const { task } = await server.retryTask(id, { id: newId('task'), turnId: newId('turn') });
    toast(text.retried);
    return task.id;
  } catch (refusal) {
    showError(refusal);
    return null;
  }
}

export function removeTask({ id }: Task): void {
  server.removeTask(id).catch(showError);
}

export function setPriority({ id }: Task, priority: TaskPriority): void {
  server.updateTask(id, { priority }).catch(showError);
}
