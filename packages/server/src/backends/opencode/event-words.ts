import type { PlanEntry } from '@pilotlight/protocol';
import type { WireStatus, WireTodo } from './wire.ts';

/** A failed attempt of the model provider, in words. */
export function retryText(status: WireStatus): string {
  const at = status.next === undefined ? '' : `, next attempt at ${new Date(status.next).toISOString()}`;
  return `The model provider failed (attempt ${status.attempt ?? 1}${at}): ${status.message ?? 'no reason given'}`;
}

/** A todo as an entry of the plan. */
export function planEntry(todo: WireTodo): PlanEntry {
  const { priority, status } = todo;
  return {
    content: todo.content ?? '',
    priority: priority === 'high' || priority === 'low' ? priority : 'medium',
    // A task that was called off is done with.
    status:
      status === 'in_progress'
        ? status
        : status === 'completed' || status === 'cancelled'
          ? 'completed'
          : 'pending',
  };
}
