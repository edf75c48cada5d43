import { Link } from '@tanstack/react-router';
import {
  Cpu,
  Ellipsis,
  Inbox,
  LayoutList,
  ListTodo,
  MessageSquare,
  Search,
  Settings,
  SquarePen,
} from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useAllCommands } from '../../app/commands.ts';
import { useIndex } from '../../live/index-store.ts';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { openNewSession } from '../board/new-session.ts';
import { Count, RailButton, RailLink } from './frame-link.tsx';
import { countOpen } from './places.ts';
import { useLastSession } from './rail-state.ts';

const ICON = { size: 20, strokeWidth: 1.75 };
const SMALL = { size: 16, strokeWidth: 1.75, className: 'shrink-0' };
const TAB =
  'relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-micro text-ink-3 aria-disabled:opacity-45 data-[status=active]:font-medium data-[status=active]:text-ink';

/** The places under the thumb. Out of the way while something is typed, where the keyboard leaves little room. */
export function BottomBar() {
  const open = useIndex(countOpen);
  const last = useLastSession((state) => state.sessionId);
  const isThere = useIndex((index) => last !== null && last in index.sessions);
  const [isMoreOpen, setIsMoreOpen] = useState(false);
  return (
    <nav
      aria-label={words.frame.navigation}
      className="flex shrink-0 border-t border-line bg-sunken pb-[env(safe-area-inset-bottom)] group-has-[main_textarea:focus]/frame:hidden"
    >
      <Link to="/" className={TAB} activeOptions={{ exact: true }}>
        <LayoutList {...ICON} />
        {words.frame.board}
      </Link>
      <Link to="/inbox" className={TAB}>
        <Inbox {...ICON} />
        {words.frame.inbox}
        {open === 0 ? null : (
          <Count
            value={open}
            label={words.frame.openQuestions(open)}
            className="absolute top-1 left-[calc(50%+6px)]"
          />
        )}
      </Link>
      {last === null || !isThere ? (
        <span aria-disabled title={words.frame.noSession} className={TAB}>
          <MessageSquare {...ICON} />
          {words.frame.session}
        </span>
      ) : (
        <Link to="/sessions/$sessionId" params={{ sessionId: last }} className={TAB}>
          <MessageSquare {...ICON} />
          {words.frame.session}
        </Link>
      )}
      <button
        type="button"
        aria-haspopup="dialog"
        aria-expanded={isMoreOpen}
        onClick={() => setIsMoreOpen(true)}
        className={TAB}
      >
        <Ellipsis {...ICON} />
        {words.frame.more}
      </button>
      <Dialog open={isMoreOpen} onClose={() => setIsMoreOpen(false)} title={words.frame.more}>
        <More onGo={() => setIsMoreOpen(false)} />
      </Dialog>
    </nav>
  );
}

function More({ onGo }: { onGo(): void }) {
  const palette = useAllCommands().find((command) => command.id === 'palette.open');
  const then = (run?: () => void) => () => {
    onGo();
    run?.();
  };
  const lines: ReactNode[] = [
    <RailButton
      key="new"
      icon={<SquarePen {...SMALL} />}
      label={words.frame.newSession}
      onClick={then(openNewSession)}
    />,
    <RailButton
      key="search"
      icon={<Search {...SMALL} />}
      label={words.frame.search}
      onClick={then(palette?.run)}
    />,
    <RailLink key="tasks" to="/tasks" icon={<ListTodo {...SMALL} />} label={words.frame.tasks} onGo={onGo} />,
    <RailLink key="agents" to="/agents" icon={<Cpu {...SMALL} />} label={words.frame.agents} onGo={onGo} />,
    <RailLink
      key="settings"
      to="/settings"
      icon={<Settings {...SMALL} />}
      label={words.frame.settings}
      onGo={onGo}
    />,
  ];
  return <div className="flex flex-col px-2 pb-[calc(env(safe-area-inset-bottom)+12px)]">{lines}</div>;
}
