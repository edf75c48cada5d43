import type { IndexState } from '@pilotlight/protocol';
import { Archive, Plus, Search } from 'lucide-react';
import { useRef } from 'react';
import { useCommands, useKeysOf } from '../../app/commands.ts';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import type { BoardFilter } from './board-filter.ts';
import { openNewSession } from './new-session.ts';
import { ProjectFilterButton } from './project-filter-button.tsx';

const countProjects = (index: IndexState): number => Object.keys(index.projects).length;
const ProjectFilter = late(
  async () => (await import('./project-filter.tsx')).ProjectFilter,
  <ProjectFilterButton name={words.board.allProjects} />,
);

export interface BoardHeaderProps {
  filter: BoardFilter;
  onFilter(filter: BoardFilter): void;
  isArchive: boolean;
  archivedCount: number;
  onArchive(isArchive: boolean): void;
}

/** What the board shows, to narrow it: by words, by project, the archived ones; and a new session. */
export function BoardHeader({ filter, onFilter, isArchive, archivedCount, onArchive }: BoardHeaderProps) {
  const projects = useIndex(countProjects);
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
    <header className="grid shrink-0 grid-cols-[1fr_auto] items-center gap-2 px-4 py-2.5 phone:px-6 @min-[720px]:flex">
      <h1 className="mr-auto text-title font-semibold">{words.board.title}</h1>
      <div className="col-span-2 row-start-2 flex gap-2">
        <div className="relative min-w-0 flex-1 @min-[720px]:w-56 @min-[720px]:flex-none">
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
            className="h-7 w-full rounded-md border border-line-strong bg-raised pr-7 pl-8 text-ui outline-offset-0 pointer-coarse:h-11 [&::-webkit-search-cancel-button]:hidden"
          />
          {filterKeys === undefined || filter.text !== '' ? null : (
            <span className="absolute top-1/2 right-1.5 flex -translate-y-1/2 pointer-coarse:hidden">
              <Keys keys={filterKeys} />
            </span>
          )}
        </div>
        {projects < 2 ? null : (
          <ProjectFilter
            projectId={filter.projectId}
            onChoose={(projectId) => onFilter({ ...filter, projectId })}
          />
        )}
      </div>
      <div className="flex gap-2">
        <Button
          look="quiet"
          aria-pressed={isArchive}
          icon={<Archive size={14} strokeWidth={1.75} />}
          onClick={() => onArchive(!isArchive)}
          className={isArchive ? 'bg-active text-ink' : undefined}
        >
          {words.board.showArchived}
          {archivedCount === 0 ? null : <span className="text-ink-3">{archivedCount}</span>}
        </Button>
        <Button
          look="primary"
          icon={<Plus size={14} strokeWidth={2} />}
          onClick={() => openNewSession(filter.projectId)}
        >
          {words.board.newSession}
        </Button>
      </div>
    </header>
  );
}
