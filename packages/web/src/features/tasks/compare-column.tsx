import { isTaskOver, toErrorInfo, type ChangedFile, type Task } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { DiffView } from '../../ui/code/diff-view.tsx';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { words } from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';

import { Markdown } from '../transcript/markdown/markdown.tsx';
import { cancelTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';
import { TaskStateWords, TaskTime } from './task-state.tsx';
import { useCandidateChange, useCandidateChanges } from './use-candidate-changes.ts';

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
          <Files sessionId={task.sessionId} isOver={isTaskOver(task.state)} />
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

function Files({ sessionId, isOver }: { sessionId: string; isOver: boolean }) {
  const { data, error } = useCandidateChanges(sessionId);
  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  if (data.files.length === 0) return <Empty>{isOver ? text.noChanges : text.noChangesYet}</Empty>;
  return (
    <>
      <p className="flex items-center gap-2 px-4 py-2 text-small text-ink-3">
        {text.files(data.files.length)}
        <DiffCount additions={data.additions} deletions={data.deletions} />
      </p>
      <ul>
        {data.files.map((file, at) => (
          <FileDiff key={file.path} sessionId={sessionId} file={file} isFirst={at === 0} />
        ))}
      </ul>
    </>
  );
}

/** The first is open, so that something can be compared at once. */
function FileDiff({ sessionId, file, isFirst }: { sessionId: string; file: ChangedFile; isFirst: boolean }) {
  const [isOpen, setIsOpen] = useState(isFirst);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="border-t border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex h-8 w-full items-center gap-2 px-4 text-left hover:bg-hover pointer-coarse:h-11"
      >
        <Chevron size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
        <span className="min-w-0 flex-1 truncate" title={file.path}>
          {file.path}
        </span>
        <span className="text-small">
          <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
        </span>
      </button>
      {isOpen ? <Texts sessionId={sessionId} path={file.path} /> : null}
    </li>
  );
}

function Texts({ sessionId, path }: { sessionId: string; path: string }) {
  const { data, error } = useCandidateChange(sessionId, path);
  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  if (data.binary) return <Empty>{words.changes.binary}</Empty>;
  if (data.tooLarge) return <Empty>{words.changes.tooLarge}</Empty>;
  return <DiffView path={path} oldText={data.oldText} newText={data.newText ?? ''} />;
}
