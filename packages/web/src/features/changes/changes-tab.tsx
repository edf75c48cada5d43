import { toErrorInfo, type ChangedFile, type Changes } from '@pilotlight/protocol';
import { useChatPart } from '../../live/use-chat.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Empty } from '../../ui/empty.tsx';
import { words } from '../../words/index.ts';
import { showInSide, showSideTab, useSideTarget } from '../session/side-state.ts';
import { ChangeView } from './change-view.tsx';
import { countEdits } from './count-edits.ts';
import { moveInList } from './move-in-list.ts';
import { splitPath } from './split-path.ts';
import { useChanges } from './use-changes.ts';

/** The changed files of the worktree; one of them opens as its diff, in the list's place. */
export function ChangesTab({ chatId, sessionId }: { chatId: string; sessionId: string }) {
  const edits = useChatPart(chatId, ({ state }) => countEdits(state.messages));
  const { data, error, refetch } = useChanges(sessionId, edits);
  const target = useSideTarget(sessionId);
  if (error !== null) {
    const retry = <Button onClick={() => void refetch()}>{words.common.retry}</Button>;
    return <Empty action={retry}>{toErrorInfo(error).message}</Empty>;
  }
  if (data === undefined) return null;
  const shown =
    target?.kind === 'change' ? data.files.find((file) => endsWith(target.path, file.path)) : undefined;
  if (shown !== undefined)
    return (
      <ChangeView
        sessionId={sessionId}
        files={data.files}
        file={shown}
        onBack={() => showSideTab('changes')}
      />
    );
  if (data.base === null) return <Empty>{words.changes.noGit}</Empty>;
  if (data.files.length === 0) return <Empty>{words.changes.none}</Empty>;
  return <ChangedFiles sessionId={sessionId} changes={data} base={data.base} />;
}

function ChangedFiles({ sessionId, changes, base }: { sessionId: string; changes: Changes; base: string }) {
  const w = words.changes;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 px-4 text-small text-ink-3">
        <span>{w.files(changes.files.length)}</span>
        <DiffCount additions={changes.additions} deletions={changes.deletions} />
        <span className="flex-1 text-right font-mono text-micro">{w.against(base)}</span>
      </div>
      <ul aria-label={w.list} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3" onKeyDown={moveInList}>
        {changes.files.map((file) => (
          <li key={file.path}>
            <FileRow sessionId={sessionId} file={file} />
          </li>
        ))}
        {changes.truncated ? <li className="px-2 py-2 text-ink-3">{w.truncated}</li> : null}
      </ul>
    </div>
  );
}

const STATUS_INK: Record<ChangedFile['status'], string> = {
  added: 'text-good',
  untracked: 'text-good',
  copied: 'text-good',
  modified: 'text-flame-ink',
  renamed: 'text-flame-ink',
  deleted: 'text-bad',
  conflicted: 'text-bad',
};

function FileRow({ sessionId, file }: { sessionId: string; file: ChangedFile }) {
  const w = words.changes;
  const { folder, name } = splitPath(file.path);
  return (
    <button
      type="button"
      onClick={() => showInSide({ kind: 'change', sessionId, path: file.path })}
      className="flex h-7 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover pointer-coarse:h-11"
    >
      <span
        className={cx('w-3 shrink-0 text-center font-mono text-small', STATUS_INK[file.status])}
        aria-hidden
      >
        {w.letter[file.status]}
      </span>
      <span className="sr-only">{w.status[file.status]}: </span>
      <span className="flex min-w-0 flex-1 items-baseline gap-1.5" title={file.path}>
        <span className={cx('max-w-[70%] shrink-0 truncate', file.status === 'deleted' && 'line-through')}>
          {name}
        </span>
        <span className="min-w-0 truncate text-small text-ink-3">
          {file.oldPath === null ? folder : w.movedFrom(file.oldPath)}
        </span>
      </span>
      <span className="text-small">
        <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
      </span>
    </button>
  );
}

/** Agents name files by their absolute paths. */
function endsWith(said: string, path: string): boolean {
  return said === path || said.endsWith(`/${path}`);
}
