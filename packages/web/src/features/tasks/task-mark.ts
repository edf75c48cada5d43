import type { Task } from '@pilotlight/protocol';
import type { Mark } from '../../live/groups.ts';

/** A task looks as a session does that stands like it. */
export const TASK_MARK: Record<Task['state'], Mark> = {
  waiting: 'queued',
  starting: 'running',
  running: 'running',
  needs_you: 'question',
  held: 'held',
  done: 'done',
  failed: 'failed',
  cancelled: 'idle',
  interrupted: 'failed',
};

export const TASK_INK: Record<Task['state'], string> = {
  waiting: 'text-ink-2',
  starting: 'text-flame-ink',
  running: 'text-flame-ink',
  needs_you: 'text-flame-ink font-medium',
  held: 'text-flame-ink font-medium',
  done: 'text-good',
  failed: 'text-bad',
  cancelled: 'text-ink-3',
  interrupted: 'text-bad',
};
