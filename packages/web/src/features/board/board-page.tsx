import type { IndexState } from '@pilotlight/protocol';
import { useState } from 'react';
import { archivedRows } from '../../live/groups.ts';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { keepRows } from '../../live/keep-rows.ts';
import { useSessionRows } from '../../live/session-rows.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import { openRemovedSessions } from '../checkpoints/open-removed-sessions.ts';
import { boardGroups, filterRows, type BoardFilter } from './board-filter.ts';
import { BoardHeader } from './board-header.tsx';
import { BoardList, type BoardGroup } from './board-list.tsx';
import { openNewSession } from './new-session.ts';

const FirstRun = late(async () => (await import('./first-run.tsx')).FirstRun);

let archived: ReturnType<typeof archivedRows> = [];
const keptArchived = (index: IndexState) => (archived = keepRows(archived, archivedRows(index)));

/** All sessions of all projects; before there is a project, the first minutes. */
export function BoardPage() {
  const isLoaded = useIsIndexLoaded();
  const hasProjects = useIndex((index) => Object.keys(index.projects).length > 0);
  // Once shown it stays until it leads elsewhere: the first project appears while it starts the first session.
  const [isFirst, setIsFirst] = useState(false);
  if (!isLoaded) return null;
  if (!hasProjects && !isFirst) setIsFirst(true);
  if (isFirst) return <FirstRun />;
  return <Board />;
}

function Board() {
  const rows = useSessionRows();
  const archivedSessions = useIndex(keptArchived);
  const [filter, setFilter] = useState<BoardFilter>({ text: '', projectId: null });
  const [isArchive, setIsArchive] = useState(false);
  const source = isArchive ? archivedSessions : rows;
  const found = filterRows(source, filter);
  const groups: BoardGroup[] = isArchive
    ? found.length === 0
      ? []
      : [{ id: 'archived', title: words.board.archived, rows: found }]
    : boardGroups(found).map(({ standing, rows }) => ({
        id: standing,
        title: words.board.groups[standing],
        rows,
      }));
  return (
    <div className="@container flex h-full flex-col">
      <BoardHeader
        filter={filter}
        onFilter={setFilter}
        isArchive={isArchive}
        archivedCount={archivedSessions.length}
        onArchive={setIsArchive}
      />
      <div className="min-h-0 flex-1 overflow-y-auto px-1 pb-6 phone:px-3 [scrollbar-gutter:stable]">
        {groups.length > 0 ? (
          <BoardList groups={groups} />
        ) : source.length > 0 ? (
          <Empty
            action={
              <Button onClick={() => setFilter({ text: '', projectId: null })}>
                {words.board.clearFilter}
              </Button>
            }
          >
            {words.board.nothingMatches}
          </Empty>
        ) : isArchive ? (
          <Empty action={<Button onClick={() => setIsArchive(false)}>{words.board.backToBoard}</Button>}>
            {words.board.noArchived}
          </Empty>
        ) : (
          <Empty
            action={
              <Button look="primary" onClick={() => openNewSession()}>
                {words.board.newSession}
              </Button>
            }
          >
            {words.board.noSessions}
          </Empty>
        )}
        <Button look="quiet" onClick={openRemovedSessions} className="mt-4 ml-1 text-small text-ink-3">
          {words.checkpoints.removed.title}
        </Button>
      </div>
    </div>
  );
}
