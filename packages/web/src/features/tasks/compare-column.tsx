import { isTaskOver, type Task } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';
import { Markdown } from '../transcript/markdown/markdown.tsx';
import { CandidateFiles } from './candidate-files.tsx';
import { cancelTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';
import { TaskStateWords, TaskTime } from './task-state.tsx';

const text = words.tasks.comparison;

export interface CompareColumnProps {
  task: Task;
  keptTaskId: string | null;
  onKeep(): void;
}

/** One of those that are compared: how it stands, what it says, what it changed. */
export function CompareColumn({ task, keptTaskId, onKeep }: CompareColumnProps) {
  const agent = useAgentName(task.agent);
  const isThere = useIndex((index) => task.sessionId !== null && task.sessionId in index.sessions);
  const said = useIndex((index) => index.chats[task.chatId ?? '']?.lastLine ?? '');
  const isKept = keptTaskId === task.id;
  return (
    <section
      id={`candidate-${task.id}`}
      aria-label={agent}
      data-candidate={task.agent}
      className={cx(
        'flex min-h-0 min-w-0 flex-col border-line not-first:border-l',
        keptTaskId !== null && !isKept && 'text-ink-2',
      )}
    >
      <header className="flex shrink-0 flex-col gap-2 border-b border-line px-4 py-2.5">
        <div className="flex items-center gap-2">
          <Mark mark={TASK_MARK[task.state]} />
          <h2 className="min-w-0 flex-1 truncate font-medium">
            {agent}
            {task.model === null ? null : <span className="text-ink-3"> {task.model}</span>}
          </h2>
          <span className="text-small text-ink-3 tabular-nums">
            <TaskTime task={task} />
          </span>
        </div>
        <p className="line-clamp-2 min-h-9 text-small text-ink-3">
          <TaskStateWords task={task} />
          {task.error === null ? null : <span className="text-bad"> · {task.error.message}</span>}
          {task.error !== null || task.result !== null || said === '' ? null : <span> · {said}</span>}
        </p>
        <Actions task={task} isThere={isThere} keptTaskId={keptTaskId} onKeep={onKeep} />
      </header>
      <div
        tabIndex={0}
        role="group"
        aria-label={words.changes.list}
        className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-flame"
      >
        {task.result === null || task.result.summary === '' ? null : (
          <div className="border-b border-line px-4 py-3 text-read">
            <Markdown text={task.result.summary} isGrowing={false} />
          </div>
        )}
        {task.sessionId === null ? (
          <Empty>{text.notStarted}</Empty>
        ) : isThere ? (
          <CandidateFiles sessionId={task.sessionId} isOver={isTaskOver(task.state)} />
        ) : (
          <Empty>{text.sessionGone}</Empty>
        )}
      </div>
    </section>
  );
}

function Actions({ task, isThere, keptTaskId, onKeep }: CompareColumnProps & { isThere: boolean }) {
  const navigate = useNavigate();
  const { sessionId } = task;
  if (keptTaskId !== null && keptTaskId !== task.id)
    return <p className="flex min-h-7 items-center text-small text-ink-3">{text.letGo}</p>;
  return (
    <div className="flex min-h-7 items-center gap-2">
      {keptTaskId === task.id ? (
        <span className="text-small font-medium text-good">{text.kept}</span>
      ) : isTaskOver(task.state) ? (
        <Button onClick={onKeep} disabled={!isThere}>
          {text.keep}
        </Button>
      ) : (
        <Button look="danger" onClick={() => cancelTask(task)}>
          {words.tasks.cancel}
        </Button>
      )}
      {sessionId === null || !isThere ? null : (
        <Button
          look="quiet"
          onClick={() => void navigate({ to: '/sessions/$sessionId', params: { sessionId } })}
        >
          {words.tasks.openSession}
        </Button>
      )}
    </div>
  );
}
