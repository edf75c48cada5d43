import type { Task } from '@pilotlight/protocol';
import { sanitize, sanitizeLine } from './sanitize.ts';
import { duration, table } from './table.ts';

/** How a task stands, as one column. */
export const TASK_WORDS: Record<Task['state'], string> = {
  waiting: 'waiting',
  starting: 'starting',
  running: 'running',
  needs_you: 'needs you',
  held: 'held',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

export function taskTable(tasks: readonly Task[], now: number): string {
  if (tasks.length === 0) return 'There is no task.';
  return table(
    tasks.map((task) => [
      task.id,
      TASK_WORDS[task.state],
      task.agent,
      elapsed(task, now),
      changesOf(task),
      sanitizeLine(task.title, 60),
    ]),
  );
}

/** Everything about one task. */
export function taskText(task: Task, now: number): string {
  const { webhook, result, error } = task;
  const rows: [string, string][] = [
    ['task', task.id],
    ['title', sanitizeLine(task.title, 200)],
    ['state', TASK_WORDS[task.state]],
    ['agent', task.model === null ? task.agent : `${task.agent} ${task.model}`],
    ['priority', task.priority],
  ];
  if (task.startedAt !== null) rows.push(['time', elapsed(task, now)]);
  if (task.timeLimitMs !== null) rows.push(['limit', duration(task.timeLimitMs)]);
  if (task.failedStarts > 0) rows.push(['failed starts', String(task.failedStarts)]);
  if (task.retryAt !== null) rows.push(['again at', new Date(task.retryAt).toISOString()]);
  if (task.chatId !== null) rows.push(['chat', task.chatId]);
  if (result?.branch != null) rows.push(['branch', result.branch]);
  if (result?.diff != null) rows.push(['changes', changesOf(task)]);
  if (webhook !== null) rows.push(['webhook', webhookText(webhook)]);
  if (error !== null) rows.push(['error', sanitizeLine(error.message, 2000)]);
  const summary = result === null || result.summary === '' ? '' : `\n\n${sanitize(result.summary)}`;
  return table(rows) + summary;
}

function elapsed({ startedAt, endedAt }: Task, now: number): string {
  return startedAt === null ? '' : duration((endedAt ?? now) - startedAt);
}

function changesOf({ result }: Task): string {
  const diff = result?.diff ?? null;
  return diff === null || diff.files === 0 ? '' : `${diff.files} files +${diff.additions} −${diff.deletions}`;
}

function webhookText({ url, state, attempts, error }: NonNullable<Task['webhook']>): string {
  const why = error === null ? '' : `, ${sanitizeLine(error, 200)}`;
  return attempts === 0 ? `${state} · ${url}` : `${state} after ${attempts} attempts${why} · ${url}`;
}
