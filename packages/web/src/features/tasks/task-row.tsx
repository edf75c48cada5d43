import type { Task } from '@pilotlight/protocol';
import { Link } from '@tanstack/react-router';
import { ChevronsDown, ChevronsUp } from 'lucide-react';
import { memo } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Mark } from '../../ui/mark.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';
import { titleOfTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';
import { TaskMenu } from './task-menu.tsx';
import { TaskStateWords, TaskTime } from './task-state.tsx';

const ICON = { size: 12, strokeWidth: 2, className: 'shrink-0 text-ink-3' };
const text = words.tasks;

/** One task in two lines: what it is and where it stands; then project, agent, changed lines and time. */
export const TaskRow = memo(function TaskRow({ task }: { task: Task }) {
  const agent = useAgentName(task.agent);
  const project = useIndex((index) => index.projects[task.projectId]?.name ?? '');
  const diff = task.result?.diff ?? null;
  const what = task.model === null ? agent : `${agent} · ${task.model}`;
  return (
    <li className="flex items-center rounded-md hover:bg-hover has-[a:focus-visible]:bg-hover has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-flame">
      <Link
        to="/tasks/$taskId"
        params={{ taskId: task.id }}
        data-task={task.id}
        className="grid min-w-0 flex-1 grid-cols-[12px_minmax(0,1fr)_auto] items-center gap-x-3 rounded-md py-1.5 pl-3 focus-visible:outline-none @min-[700px]:grid-cols-[12px_minmax(0,1fr)_minmax(0,128px)_minmax(0,180px)_88px_72px]"
      >
        <span className="row-span-2 flex self-start pt-1">
          <Mark mark={TASK_MARK[task.state]} />
        </span>
        <span className="flex min-w-0 items-center gap-1.5">
          <span className="truncate font-medium">{titleOfTask(task)}</span>
          {task.priority === 'high' ? (
            <ChevronsUp {...ICON} role="img" aria-label={text.withPriority.high} />
          ) : null}
          {task.priority === 'low' ? (
            <ChevronsDown {...ICON} role="img" aria-label={text.withPriority.low} />
          ) : null}
        </span>
        <span className="hidden min-w-0 truncate text-small text-ink-2 @min-[700px]:block">{project}</span>
        <span className="hidden min-w-0 truncate text-small text-ink-2 @min-[700px]:block">{what}</span>
        <span className="hidden text-right text-small @min-[700px]:block">
          {diff === null ? null : <DiffCount {...diff} />}
        </span>
        <span className="text-right text-small text-ink-3 tabular-nums">
          <TaskTime task={task} />
        </span>
        <span className="col-start-2 col-end-4 truncate text-small text-ink-3 @min-[700px]:col-end-7">
          <TaskStateWords task={task} />
          <LastLine task={task} />
        </span>
        <span className="col-start-2 col-end-4 flex min-w-0 items-center gap-1.5 text-small text-ink-3 @min-[700px]:hidden">
          <span className="truncate">
            {project} · {what}
          </span>
          {diff === null ? null : <DiffCount {...diff} />}
        </span>
      </Link>
      <TaskMenu task={task} />
    </li>
  );
});

/** Why it failed, its last words, or what it says now. */
function LastLine({ task: { error, result, chatId } }: { task: Task }) {
  const said = useIndex((index) => (chatId === null ? '' : (index.chats[chatId]?.lastLine ?? '')));
  const line = error?.message ?? (result?.summary.trim().split('\n').at(-1)?.replaceAll('`', '') || said);
  return line === '' ? null : <span> · {line}</span>;
}
