import { Link } from '@tanstack/react-router';
import { Archive, ArchiveRestore, Ellipsis, GitBranch, Trash2 } from 'lucide-react';
import { memo } from 'react';
import type { SessionRow } from '../../live/groups.ts';
import { IconButton } from '../../ui/button.tsx';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Ago, Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from './reads.ts';
import { setArchived } from './session-actions.ts';
import { sessionLine, sessionTitle } from './session-title.ts';

export interface BoardRowProps {
  row: SessionRow;
  /** the one line of the board that Tab goes to */
  isActive: boolean;
  onActive(id: string): void;
  onRemove(row: SessionRow): void;
}

const ICON = { size: 14, strokeWidth: 1.75 };

/** One session in two lines: what it is and where it stands; then project, branch, agent, changed lines and time. */
export const BoardRow = memo(function BoardRow({ row, isActive, onActive, onRemove }: BoardRowProps) {
  const { session, project, chat, mark } = row;
  const title = sessionTitle(row);
  const line = sessionLine(row);
  const agent = useAgentName(chat?.agent);
  const isArchived = session.archivedAt !== null;
  return (
    <li className="group/row relative flex items-center rounded-md hover:bg-hover has-[a:focus-visible]:bg-hover has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-flame [contain-intrinsic-size:auto_52px] [content-visibility:auto]">
      <Link
        to="/sessions/$sessionId"
        params={{ sessionId: session.id }}
        data-board-row=""
        data-session={session.id}
        tabIndex={isActive ? 0 : -1}
        onFocus={() => onActive(session.id)}
        className="grid min-w-0 flex-1 grid-cols-[12px_minmax(0,1fr)_auto] items-center gap-x-3 rounded-md py-1.5 pl-3 focus-visible:outline-none @min-[760px]:grid-cols-[12px_minmax(0,1fr)_minmax(0,224px)_minmax(0,104px)_88px_56px]"
      >
        <span className="row-span-2 flex self-start pt-1">
          <Mark mark={mark} />
        </span>
        <span className="truncate font-medium">{title}</span>
        <span className="hidden min-w-0 truncate text-small text-ink-2 @min-[760px]:block">
          {project?.name}
        </span>
        <span className="hidden min-w-0 truncate text-small text-ink-2 @min-[760px]:block">{agent}</span>
        <span className="hidden text-right text-small @min-[760px]:block">
          {session.diff === null ? null : <DiffCount {...session.diff} />}
        </span>
        <span className="text-right text-small text-ink-3">
          <Time row={row} />
        </span>
        <span className="col-start-2 col-end-4 truncate text-small text-ink-3 @min-[760px]:col-end-3">
          <span className={INK[mark]} data-live={mark === 'running' ? '' : undefined}>
            {words.marks[mark]}
          </span>
          {line === '' ? null : <span> · {line}</span>}
        </span>
        <span className="hidden min-w-0 items-center gap-1 truncate text-small text-ink-3 @min-[760px]:flex">
          <Branch row={row} />
        </span>
        <span className="col-start-2 col-end-4 flex min-w-0 items-center gap-1.5 text-small text-ink-3 @min-[760px]:hidden">
          <span className="truncate">
            {project?.name}
            {project === null ? '' : ' · '}
            {agent}
          </span>
          {session.diff === null ? null : <DiffCount {...session.diff} />}
        </span>
      </Link>
      <Menu
        trigger={
          <IconButton
            label={words.board.actions(title)}
            icon={<Ellipsis size={16} strokeWidth={1.75} />}
            tabIndex={isActive ? 0 : -1}
            className="mx-1 data-[popup-open]:opacity-100 pointer-fine:opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100"
          />
        }
        items={[
          isArchived
            ? {
                label: words.board.restore,
                icon: <ArchiveRestore {...ICON} />,
                onSelect: () => void setArchived(session.id, title, false),
              }
            : {
                label: words.board.archive,
                icon: <Archive {...ICON} />,
                keys: 'a',
                onSelect: () => void setArchived(session.id, title, true),
              },
          null,
          {
            label: words.board.removeDots,
            icon: <Trash2 {...ICON} />,
            danger: true,
            onSelect: () => onRemove(row),
          },
        ]}
      />
    </li>
  );
});

const INK: Record<SessionRow['mark'], string> = {
  question: 'text-flame-ink font-medium',
  held: 'text-flame-ink font-medium',
  failed: 'text-bad',
  review: 'text-good',
  done: 'text-good',
  running: 'text-flame-ink',
  queued: 'text-ink-2',
  idle: '',
};

function Time({ row }: { row: SessionRow }) {
  const since = row.standing === 'running' ? row.chat?.runningSince : null;
  if (since === null || since === undefined) return <Ago at={row.updatedAt} />;
  return (
    <span className="text-flame-ink">
      <Elapsed since={since} />
    </span>
  );
}

/** The branch it works on; without one of its own, that it works in place. */
function Branch({ row }: { row: SessionRow }) {
  const { inPlace, worktree } = row.session;
  if (inPlace) return words.board.inPlace;
  if (worktree === null) return null;
  return (
    <>
      <GitBranch size={12} strokeWidth={1.75} className="shrink-0" />
      <span className="truncate" title={worktree.branch}>
        {worktree.branch}
      </span>
    </>
  );
}
