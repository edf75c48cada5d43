import { isTaskOver, type IndexState, type Task } from '@pilotlight/protocol';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { RotateCcw, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Page, Section } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';
import { Markdown } from '../transcript/markdown/markdown.tsx';
import { cancelTask, retryTask, titleOfTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';
import { TaskMenu } from './task-menu.tsx';
import { TaskStateWords, TaskTime } from './task-state.tsx';

const ICON = { size: 14, strokeWidth: 1.75 };
const text = words.tasks;

/** One task: how it stands, and what came of it. */
export function TaskPage() {
  const { taskId = '' } = useParams({ strict: false });
  const task = useIndex((index) => index.tasks[taskId]);
  const isLoaded = useIsIndexLoaded();
  if (task === undefined) return isLoaded ? <Empty>{text.gone}</Empty> : null;
  return (
    <Page title={titleOfTask(task)} actions={<TaskActions task={task} />}>
      <div className="max-w-[760px]">
        <p className="flex items-center gap-2">
          <Mark mark={TASK_MARK[task.state]} />
          <TaskStateWords task={task} />
          <span className="text-ink-3 tabular-nums">
            <TaskTime task={task} />
          </span>
          <Link to="/tasks" className="ml-auto text-small text-ink-3 hover:text-ink">
            {text.back}
          </Link>
        </p>
        {task.error === null ? null : (
          <p role="alert" className="mt-3 rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
            {task.error.message}
          </p>
        )}
        {task.result === null ? null : (
          <Section id="summary" title={text.summary}>
            <div className="pt-2 text-read">
              {task.result.summary === '' ? (
                <p className="text-ink-3">{text.noSummary}</p>
              ) : (
                <Markdown text={task.result.summary} isGrowing={false} />
              )}
            </div>
          </Section>
        )}
        <Facts task={task} />
        <Section id="prompt" title={text.prompt}>
          <p className="pt-2 text-read break-words whitespace-pre-wrap">{task.text}</p>
        </Section>
      </div>
    </Page>
  );
}

function TaskActions({ task }: { task: Task }) {
  const navigate = useNavigate();
  const { sessionId, chatId } = task;
  const isThere = useIndex((index) => sessionId !== null && sessionId in index.sessions);
  const again = async (): Promise<void> => {
    const id = await retryTask(task);
    if (id !== null) await navigate({ to: '/tasks/$taskId', params: { taskId: id } });
  };
  return (
    <>
      {isTaskOver(task.state) ? (
        <Button look="quiet" icon={<RotateCcw {...ICON} />} onClick={() => void again()}>
          {text.retry}
        </Button>
      ) : (
        <Button look="danger" icon={<Square {...ICON} />} onClick={() => cancelTask(task)}>
          {text.cancel}
        </Button>
      )}
      {sessionId === null || !isThere ? null : (
        <Button
          look="primary"
          onClick={() =>
            void navigate({
              to: '/sessions/$sessionId',
              params: { sessionId },
              search: chatId === null ? {} : { chat: chatId },
            })
          }
        >
          {text.openSession}
        </Button>
      )}
      <TaskMenu task={task} />
    </>
  );
}

function Facts({ task }: { task: Task }) {
  const agent = useAgentName(task.agent);
  const project = useIndex((index) => index.projects[task.projectId]?.name ?? '');
  const origin = useIndex((index) => originOf(index, task));
  const { facts } = text;
  const { result, budget, webhook } = task;
  const rows: [label: string, value: ReactNode][] = [
    [facts.project, project],
    [facts.agent, task.model === null ? agent : `${agent}, ${task.model}`],
    [facts.origin, origin],
  ];
  if (task.priority !== 'normal') rows.push([text.priority, text.priorities[task.priority]]);
  if (task.base !== null) rows.push([facts.base, <Code key="base">{task.base}</Code>]);
  if (task.inPlace && result === null) rows.push([facts.branch, text.noWorktree]);
  if (task.mode !== null) rows.push([facts.mode, words.policies.modes[task.mode].name]);
  if (task.timeLimitMs !== null) rows.push([facts.limit, text.limitOf(task.timeLimitMs)]);
  if (budget !== null) {
    const { money, tokens } = words.usage;
    const parts = [
      ...(budget.cost === null ? [] : [money(budget.cost)]),
      ...(budget.tokens === null ? [] : [text.tokens(tokens(budget.tokens))]),
    ];
    rows.push([facts.budget, parts.join(', ')]);
  }
  if (task.failedStarts > 0) rows.push([facts.starts, String(task.failedStarts)]);
  if (result !== null) {
    rows.push([
      facts.branch,
      result.branch === null ? text.noWorktree : <Code key="branch">{result.branch}</Code>,
    ]);
    if (result.diff !== null)
      rows.push([
        facts.changes,
        <span key="diff" className="inline-flex gap-2">
          {text.comparison.files(result.diff.files)}
          <DiffCount {...result.diff} />
        </span>,
      ]);
    const used = (result.usage?.inputTokens ?? 0) + (result.usage?.outputTokens ?? 0);
    if (used > 0) rows.push([facts.tokens, words.usage.tokens(used)]);
    if (result.usage?.cost !== undefined) rows.push([facts.cost, words.usage.money(result.usage.cost)]);
  }
  if (webhook !== null) rows.push([facts.webhook, <WebhookLine key="webhook" webhook={webhook} />]);
  return (
    <dl className="grid grid-cols-[minmax(96px,160px)_minmax(0,1fr)] gap-x-4 gap-y-1.5 pt-3 pb-4">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-ink-3">{label}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function WebhookLine({ webhook }: { webhook: NonNullable<Task['webhook']> }) {
  const { state, url, attempts, error, nextAt } = webhook;
  const more = [
    ...(attempts === 0 ? [] : [text.attempts(attempts)]),
    ...(error === null ? [] : [error]),
    ...(state === 'pending' && nextAt !== null && attempts > 0 ? [text.next(nextAt)] : []),
  ];
  return (
    <>
      <span className={state === 'failed' ? 'text-bad' : undefined}>{text.webhookStates[state]}</span>
      {more.length === 0 ? null : <span className="text-ink-3"> · {more.join(' · ')}</span>}
      <span className="block font-mono text-code break-all text-ink-3">{url}</span>
    </>
  );
}

function Code({ children }: { children: string }) {
  return <span className="font-mono text-code break-all">{children}</span>;
}

function originOf({ schedules, triggers }: IndexState, { origin }: Task): string {
  switch (origin.type) {
    case 'schedule':
      return text.origins.schedule(schedules[origin.scheduleId]?.name ?? text.origins.gone);
    case 'trigger':
      return text.origins.trigger(triggers[origin.triggerId]?.name ?? text.origins.gone);
    default:
      return text.origins[origin.type];
  }
}
