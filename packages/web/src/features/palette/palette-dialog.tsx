import { useNavigate } from '@tanstack/react-router';
import { SquareChevronRight, FolderGit2, MessageSquare, Settings } from 'lucide-react';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { useAllCommands } from '../../app/commands.ts';
import { currentIndex } from '../../live/index-store.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Mark } from '../../ui/mark.tsx';
import { SearchList } from '../../ui/search-list.tsx';
import * as words from '../../words/index.ts';
import { openNewSession } from '../board/new-session.ts';
import { allEntries, type Entry } from './entries.ts';
import { Highlighted } from './highlighted.tsx';
import { close } from './open-state.ts';
import { parseQuery, rank, type Ranked } from './rank.ts';
import { noteUsed, useRecent } from './recent.ts';

const ICON = { size: 16, strokeWidth: 1.75, className: 'text-ink-3' };

export function PaletteDialog({ isOpen }: { isOpen: boolean }) {
  return (
    <Dialog
      open={isOpen}
      onClose={close}
      title={words.palette.title}
      bare
      className="h-[75dvh] phone:h-auto phone:max-h-[min(560px,72dvh)] phone:w-[640px]"
    >
      <Contents />
    </Dialog>
  );
}

function Contents() {
  const commands = useAllCommands();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  // As it was when the palette opened: a list that is being chosen from must not move by itself.
  const [entries] = useState(() => allEntries(currentIndex(), commands));
  const [recent] = useState(() => useRecent.getState().ids);
  const found = rank(entries, query, recent);
  const { only } = parseQuery(query);

  const go = ({ target }: Entry): void => {
    if (target.to === 'command') commands.find(({ id }) => id === target.commandId)?.run();
    else if (target.to === 'new-session') openNewSession(target.projectId);
    else if (target.to === 'settings') void navigate({ to: '/settings', hash: target.section });
    else if (target.to === 'session') {
      const search = target.chatId === null ? {} : { chat: target.chatId };
      void navigate({ to: '/sessions/$sessionId', params: { sessionId: target.sessionId }, search });
    }
  };
  const take = (entry: Entry): void => {
    noteUsed(entry.id);
    // Closed first, so that the focus is back where it was before what was chosen moves it.
    flushSync(close);
    go(entry);
  };

  return (
    <>
      <SearchList
        className="flex-1"
        label={words.palette.title}
        placeholder={words.palette.placeholder}
        empty={words.palette.empty}
        items={found.map(asItem)}
        onQuery={setQuery}
        onSelect={({ ranked }) => take(ranked.entry)}
        render={({ ranked }) => <Row ranked={ranked} isAlone={only !== null} />}
      />
      <Hints />
    </>
  );
}

function asItem(ranked: Ranked) {
  const { entry, group } = ranked;
  return { id: entry.id, text: entry.text, group: words.palette.groups[group], ranked };
}

function Row({ ranked: { entry, ranges }, isAlone }: { ranked: Ranked; isAlone: boolean }) {
  const isCommand = entry.kind === 'command';
  return (
    <>
      <span className="flex size-4 shrink-0 items-center justify-center">
        <Sign entry={entry} />
      </span>
      <span className="min-w-0 flex-1 gap-2 phone:flex phone:items-baseline">
        <span className="block truncate phone:max-w-[62%] phone:shrink-0">
          <Highlighted text={entry.title} ranges={ranges} />
        </span>
        {isCommand && !isAlone ? null : (
          <span className="block min-w-0 flex-1 truncate text-small text-ink-3">{entry.detail}</span>
        )}
      </span>
      {entry.keys === null ? null : (
        <span className="pointer-coarse:hidden">
          <Keys keys={entry.keys} />
        </span>
      )}
    </>
  );
}

function Sign({ entry }: { entry: Entry }) {
  if (entry.mark !== null) return <Mark mark={entry.mark} />;
  if (entry.kind === 'chat') return <MessageSquare {...ICON} />;
  if (entry.kind === 'project') return <FolderGit2 {...ICON} />;
  if (entry.kind === 'setting') return <Settings {...ICON} />;
  return <SquareChevronRight {...ICON} />;
}

function Hints() {
  const { hints } = words.palette;
  return (
    <footer className="hidden shrink-0 items-center gap-4 border-t border-line px-3 py-1.5 text-micro text-ink-3 phone:flex pointer-coarse:hidden">
      <span className="flex items-center gap-1.5">
        <Keys keys="ArrowUp" />
        <Keys keys="ArrowDown" /> {hints.move}
      </span>
      <span className="flex items-center gap-1.5">
        <Keys keys="Enter" /> {hints.take}
      </span>
      <span className="ml-auto flex items-center gap-1.5">
        <Keys keys=">" /> {hints.commands}
      </span>
      <span className="flex items-center gap-1.5">
        <Keys keys="#" /> {hints.sessions}
      </span>
    </footer>
  );
}
