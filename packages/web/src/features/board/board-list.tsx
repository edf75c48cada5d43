import { useState, type KeyboardEvent } from 'react';
import type { SessionRow } from '../../live/groups.ts';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { moveAmong } from '../frame/move-among.ts';
import { BoardRow } from './board-row.tsx';
import { RemoveSession } from './remove-session.tsx';
import { setArchived } from './session-actions.ts';
import { sessionTitle } from './session-title.ts';

export interface BoardGroup {
  id: string;
  title: string;
  rows: readonly SessionRow[];
}

/** Rows of a group that are shown before it is asked for all of them. */
const SHOWN = 100;

/** Groups of sessions, one stop for Tab: arrows move from line to line, Enter opens, `a` archives, Delete deletes. */
export function BoardList({ groups }: { groups: readonly BoardGroup[] }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const [removing, setRemoving] = useState<SessionRow | null>(null);
  const rows = groups.flatMap((group) => group.rows);
  const activeId = (rows.find(({ session }) => session.id === wanted) ?? rows[0])?.session.id;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    moveAmong(event, '[data-board-row]');
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = event.target instanceof HTMLElement ? event.target.closest('[data-board-row]') : null;
    const row = rows.find(({ session }) => session.id === line?.getAttribute('data-session'));
    if (row === undefined) return;
    if (event.key === 'a' && row.session.archivedAt === null) {
      // The line goes; the focus stays in the list.
      focusBeside(event.currentTarget, row.session.id);
      void setArchived(row.session.id, sessionTitle(row), true);
    } else if (event.key === 'Delete') setRemoving(row);
    else return;
    event.preventDefault();
  };

  return (
    <div onKeyDown={onKeyDown} className="flex flex-col gap-4">
      {groups.map((group) => (
        <Group key={group.id} group={group} activeId={activeId} onActive={setWanted} onRemove={setRemoving} />
      ))}
      <RemoveSession row={removing} onClose={() => setRemoving(null)} />
    </div>
  );
}

interface GroupProps {
  group: BoardGroup;
  activeId: string | undefined;
  onActive(id: string): void;
  onRemove(row: SessionRow): void;
}

function Group({ group, activeId, onActive, onRemove }: GroupProps) {
  const [isAll, setIsAll] = useState(false);
  const shown = isAll ? group.rows : group.rows.slice(0, SHOWN);
  return (
    <section aria-labelledby={`board-${group.id}`}>
      <h2
        id={`board-${group.id}`}
        className="sticky top-0 z-10 flex h-8 items-center gap-2 border-b border-line bg-base px-3 text-small font-medium text-ink-2"
      >
        {group.title}
        <span className="font-normal text-ink-3">{group.rows.length}</span>
      </h2>
      <ul className="flex flex-col gap-px pt-1">
        {shown.map((row) => (
          <BoardRow
            key={row.session.id}
            row={row}
            isActive={row.session.id === activeId}
            onActive={onActive}
            onRemove={onRemove}
          />
        ))}
      </ul>
      {shown.length < group.rows.length ? (
        <Button look="quiet" onClick={() => setIsAll(true)} className="mt-1 ml-6">
          {words.board.showAll(group.rows.length)}
        </Button>
      ) : null}
    </section>
  );
}

function focusBeside(list: HTMLElement, id: string): void {
  const lines = [...list.querySelectorAll<HTMLElement>('[data-board-row]')];
  const at = lines.findIndex((line) => line.dataset['session'] === id);
  (lines[at + 1] ?? lines[at - 1])?.focus();
}
