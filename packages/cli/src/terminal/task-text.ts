import type { ShownTemplate, Task, TaskBudget } from '@pilotlight/protocol';
import { sanitize, sanitizeLine } from './sanitize.ts';
import { countOf, duration, table } from './table.ts';

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
      agentOf(task),
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
    ['agent', agentOf(task)],
    ['priority', task.priority],
  ];
  if (task.base !== null) rows.push(['base', sanitizeLine(task.base)]);
  if (task.mode !== null) rows.push(['mode', task.mode]);
  if (task.startedAt !== null) rows.push(['time', elapsed(task, now)]);
  if (task.timeLimitMs !== null) rows.push(['limit', duration(task.timeLimitMs)]);
  if (task.budget !== null) rows.push(['budget', budgetText(task.budget)]);
  if (task.failedStarts > 0) rows.push(['failed starts', String(task.failedStarts)]);
  if (task.retryAt !== null) rows.push(['again at', new Date(task.retryAt).toISOString()]);
  if (task.chatId !== null) rows.push(['chat', task.chatId]);
  if (task.inPlace) rows.push(['branch', 'none, it works in the project’s own folder']);
  else if (result?.branch != null) rows.push(['branch', result.branch]);
  if (result?.diff != null) rows.push(['changes', changesOf(task) || 'none']);
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
  if (diff === null || diff.files === 0) return '';
  return `${countOf(diff.files, 'file')} +${diff.additions} −${diff.deletions}`;
}

function agentOf({ agent, model }: Pick<Task, 'agent' | 'model'>): string {
  return model === null ? agent : `${agent} ${sanitizeLine(model)}`;
}

function budgetText({ tokens, cost }: TaskBudget): string {
  return [
    ...(cost === null ? [] : [`${cost.amount.toFixed(2)} ${cost.currency}`]),
    ...(tokens === null ? [] : [countOf(tokens, 'token')]),
  ].join(', ');
}

function webhookText({ url, state, attempts, error }: NonNullable<Task['webhook']>): string {
  const why = error === null ? '' : `, ${sanitizeLine(error, 200)}`;
  return attempts === 0
    ? `${state} · ${url}`
    : `${state} after ${countOf(attempts, 'attempt')}${why} · ${url}`;
}

/** What a schedule or trigger makes tasks of: how they run, then the prompt. */
export function templateRows(task: ShownTemplate): string[][] {
  const { agent, model, title, base, inPlace, mode, priority, timeLimitMs, budget, retries, webhook } = task;
  return [
    ['agent', agent === undefined ? 'the first one found' : agentOf({ agent, model: model ?? null })],
    ...(title === undefined ? [] : [['title', sanitizeLine(title)]]),
    ...(base === undefined ? [] : [['base', sanitizeLine(base)]]),
    ...(inPlace ? [['in place', 'yes']] : []),
    ...(mode === undefined ? [] : [['mode', mode]]),
    ['priority', priority],
    ...(timeLimitMs === undefined ? [] : [['limit', duration(timeLimitMs)]]),
    ...(budget === undefined ? [] : [['budget', budgetText(budget)]]),
    ['retries', String(retries)],
    ...(webhook === undefined ? [] : [['webhook', `${webhook.url}${webhook.signed ? ', signed' : ''}`]]),
  ];
}

/** The words of a prompt; of what goes along, only that it does. */
export function promptText(content: ShownTemplate['content']): string {
  return content
    .map((block) => (block.type === 'text' ? sanitize(block.text) : `[${block.type.replaceAll('_', ' ')}]`))
    .join('\n\n');
}
