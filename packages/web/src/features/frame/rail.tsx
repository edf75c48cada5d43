import { Link } from '@tanstack/react-router';
import { Cpu, Inbox, LayoutList, ListTodo, PanelLeft, Plus, Search, Settings, SquarePen } from 'lucide-react';
import type { ReactNode } from 'react';
import { useAllCommands, useKeysOf } from '../../app/commands.ts';
import { useIndex } from '../../live/index-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import * as words from '../../words/index.ts';
import { openNewSession } from '../board/new-session.ts';
import { Flame } from './flame.tsx';
import { Count, RailButton, RailLink, type Place } from './frame-link.tsx';
import { countOpen } from './places.ts';
import { RailSessions } from './rail-sessions.tsx';

const ICON = { size: 16, strokeWidth: 1.75, className: 'shrink-0' };

export interface RailProps {
  /** folds the rail, or closes the drawer it is in */
  onClose(): void;
  /** called when something in it was chosen */
  onGo?: () => void;
}

/** The rail: places, then projects with their sessions, then what is about the machine. */
export function Rail({ onClose, onGo }: RailProps) {
  const open = useIndex(countOpen);
  const toggleKeys = useKeysOf('rail.toggle');
  const newKeys = useKeysOf('session.new');
  return (
    <>
      <div className="flex h-12 shrink-0 items-center justify-between pr-2 pl-4">
        <Link to="/" onClick={onGo} className="flex items-center gap-2 rounded-md font-semibold">
          <Flame />
          {words.common.product}
        </Link>
        <IconButton
          label={words.frame.rail.collapse}
          keys={toggleKeys}
          icon={<PanelLeft {...ICON} />}
          onClick={onClose}
        />
      </div>
      <div className="flex flex-col gap-px px-2 pb-1">
        <SearchButton {...(onGo && { onGo })} />
        <RailLink to="/" icon={<LayoutList {...ICON} />} label={words.frame.board} onGo={onGo} />
        <RailLink
          to="/inbox"
          icon={<Inbox {...ICON} />}
          label={words.frame.inbox}
          count={{ value: open, label: words.frame.openQuestions(open) }}
          onGo={onGo}
        />
        <RailLink to="/tasks" icon={<ListTodo {...ICON} />} label={words.frame.tasks} onGo={onGo} />
        <RailButton
          icon={<SquarePen {...ICON} />}
          label={words.frame.newSession}
          keys={newKeys}
          onClick={() => {
            onGo?.();
            openNewSession();
          }}
        />
      </div>
      <RailSessions {...(onGo && { onGo })} />
      <div className="flex flex-col gap-px border-t border-line p-2">
        <RailLink to="/agents" icon={<Cpu {...ICON} />} label={words.frame.agents} onGo={onGo} />
        <RailLink to="/settings" icon={<Settings {...ICON} />} label={words.frame.settings} onGo={onGo} />
      </div>
    </>
  );
}

/** Opens the palette, which another feature offers. */
function SearchButton({ onGo }: { onGo?: () => void }) {
  const palette = useAllCommands().find((command) => command.id === 'palette.open');
  return (
    <button
      type="button"
      onClick={() => {
        onGo?.();
        palette?.run();
      }}
      className="mb-1.5 flex h-8 w-full items-center gap-2.5 rounded-md border border-line bg-raised px-2 text-ink-3 hover:border-line-strong hover:text-ink-2 pointer-coarse:h-11"
    >
      <Search {...ICON} />
      <span className="flex-1 truncate text-left">{words.frame.search}</span>
      <span className="pointer-coarse:hidden">
        <Keys keys={palette?.keys ?? '$mod+KeyK'} />
      </span>
    </button>
  );
}

/** The folded rail: the same places as icons. */
export function RailStrip({ onOpen }: { onOpen(): void }) {
  const open = useIndex(countOpen);
  const toggleKeys = useKeysOf('rail.toggle');
  const newKeys = useKeysOf('session.new');
  const palette = useAllCommands().find((command) => command.id === 'palette.open');
  return (
    <>
      <IconButton
        label={words.frame.rail.expand}
        keys={toggleKeys}
        icon={<PanelLeft {...ICON} />}
        onClick={onOpen}
      />
      <IconButton
        label={words.frame.search}
        keys={palette?.keys}
        icon={<Search {...ICON} />}
        onClick={() => palette?.run()}
      />
      <StripLink to="/" label={words.frame.board} icon={<LayoutList {...ICON} />} />
      <StripLink
        to="/inbox"
        label={open === 0 ? words.frame.inbox : `${words.frame.inbox}, ${words.frame.openQuestions(open)}`}
        icon={<Inbox {...ICON} />}
        count={open}
      />
      <StripLink to="/tasks" label={words.frame.tasks} icon={<ListTodo {...ICON} />} />
      <IconButton
        label={words.frame.newSession}
        keys={newKeys}
        icon={<Plus {...ICON} />}
        onClick={() => openNewSession()}
      />
      <div className="flex-1" />
      <StripLink to="/agents" label={words.frame.agents} icon={<Cpu {...ICON} />} />
      <StripLink to="/settings" label={words.frame.settings} icon={<Settings {...ICON} />} />
    </>
  );
}

interface StripLinkProps {
  to: Place;
  label: string;
  icon: ReactNode;
  count?: number;
}

function StripLink({ to, label, icon, count = 0 }: StripLinkProps) {
  return (
    <Tooltip label={label}>
      <Link
        to={to}
        aria-label={label}
        activeOptions={{ exact: true }}
        className="relative inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink data-[status=active]:bg-active data-[status=active]:text-ink pointer-coarse:size-11"
      >
        {icon}
        {count === 0 ? null : <Count value={count} label="" className="absolute -top-1 -right-1" />}
      </Link>
    </Tooltip>
  );
}
