import type { IndexState } from '@pilotlight/protocol';
import { Archive, ChevronDown, Plus, Search } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useCommands, useKeysOf } from '../../app/commands.ts';
import { archivedRows } from '../../live/groups.ts';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { keepRows } from '../../live/keep-rows.ts';
import { useSessionRows } from '../../live/session-rows.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Picker } from '../../ui/picker.tsx';
import { words } from '../../words/index.ts';
import { boardGroups, filterRows, type BoardFilter } from './board-filter.ts';
import { BoardList, type BoardGroup } from './board-list.tsx';
import { openNewSession } from './new-session.ts';

const FirstRun = lazy(() => import('./first-run.tsx'));

const allProjects = (index: IndexState) => Object.values(index.projects);
const ALL = 'all';

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
  if (isFirst) {
    return (
      <Suspense fallback={null}>
        <FirstRun />
      </Suspense>
    );
  }
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
    <div className="flex h-full flex-col">
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
      </div>
    </div>
  );
}

interface BoardHeaderProps {
  filter: BoardFilter;
  onFilter(filter: BoardFilter): void;
  isArchive: boolean;
  archivedCount: number;
  onArchive(isArchive: boolean): void;
}

function BoardHeader({ filter, onFilter, isArchive, archivedCount, onArchive }: BoardHeaderProps) {
  const projects = useIndex(allProjects);
  const field = useRef<HTMLInputElement>(null);
  useCommands([
    {
      id: 'board.filter',
      title: words.board.filterCommand,
      group: words.board.group,
      keys: '/',
      run: () => field.current?.focus(),
    },
  ]);
  const filterKeys = useKeysOf('board.filter');
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-2.5 phone:px-6">
      <h1 className="mr-auto text-title font-semibold">{words.board.title}</h1>
      <div className="relative order-last w-full phone:order-none phone:w-56">
        <Search
          size={14}
          strokeWidth={1.75}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
        />
        <input
          ref={field}
          type="search"
          aria-label={words.board.filter}
          placeholder={words.board.filter}
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              document.querySelector<HTMLElement>('[data-board-row]')?.focus();
            } else if (event.key === 'Escape') {
              onFilter({ ...filter, text: '' });
            }
          }}
          className="h-7 w-full rounded-md border border-line bg-raised pr-7 pl-8 text-ui outline-offset-0 hover:border-line-strong pointer-coarse:h-11 [&::-webkit-search-cancel-button]:hidden"
        />
        {filterKeys === undefined || filter.text !== '' ? null : (
          <span className="absolute top-1/2 right-1.5 -translate-y-1/2 pointer-coarse:hidden">
            <Keys keys={filterKeys} />
          </span>
        )}
      </div>
      {projects.length < 2 ? null : (
        <Picker
          label={words.board.project}
          placeholder={words.board.searchProjects}
          empty={words.board.noProject}
          selectedId={filter.projectId ?? ALL}
          onSelect={(id) => onFilter({ ...filter, projectId: id === ALL ? null : id })}
          items={[
            { id: ALL, text: words.board.allProjects, name: words.board.allProjects },
            ...projects.map(({ id, name, path }) => ({ id, text: `${name} ${path}`, name, detail: path })),
          ]}
          trigger={
            <Button>
              <span className="max-w-40 truncate">
                {projects.find(({ id }) => id === filter.projectId)?.name ?? words.board.allProjects}
              </span>
              <ChevronDown size={14} strokeWidth={1.75} className="text-ink-3" />
            </Button>
          }
        />
      )}
      <Button
        look={isArchive ? 'plain' : 'quiet'}
        aria-pressed={isArchive}
        icon={<Archive size={14} strokeWidth={1.75} />}
        onClick={() => onArchive(!isArchive)}
        className={isArchive ? 'bg-active' : undefined}
      >
        {words.board.showArchived}
        {archivedCount === 0 ? null : <span className="text-ink-3">{archivedCount}</span>}
      </Button>
      <Button look="primary" icon={<Plus size={14} strokeWidth={2} />} onClick={() => openNewSession()}>
        {words.board.newSession}
      </Button>
    </header>
  );
}
