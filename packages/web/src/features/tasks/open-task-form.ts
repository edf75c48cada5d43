import type { Schedule, Trigger } from '@pilotlight/protocol';
import { create } from 'zustand';

/** What the form is for: something new, or a schedule or trigger to change. */
export type TaskFormRequest =
  | { kind: 'task' }
  | { kind: 'schedule'; schedule?: Schedule }
  | { kind: 'trigger'; trigger?: Trigger };

interface TaskFormState {
  request: TaskFormRequest | null;
  /** counts the openings: each begins anew */
  opened: number;
}

/** Whether the form is open; it is mounted once, over every place. */
export const useTaskForm = create<TaskFormState>()(() => ({ request: null, opened: 0 }));

export function openTaskForm(request: TaskFormRequest): void {
  useTaskForm.setState(({ opened }) => ({ request, opened: opened + 1 }));
}

export function closeTaskForm(): void {
  useTaskForm.setState({ request: null });
}
