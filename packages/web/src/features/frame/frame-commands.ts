import { useNavigate, useParams } from '@tanstack/react-router';
import { useCommands } from '../../app/commands.ts';
import { useViewport } from '../../app/viewport.ts';
import { currentIndex } from '../../live/index-store.ts';
import { keptSessionRows } from '../../live/session-rows.ts';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { openNewSession } from '../board/new-session.ts';
import { nextNeeding } from './attention.ts';
import { toggleRail, useDrawer } from './rail-state.ts';

/** What can be done from every place: going elsewhere, the rail, a new session. */
export function useFrameCommands(): void {
  const navigate = useNavigate();
  const { sessionId = null } = useParams({ strict: false });
  const viewport = useViewport();
  const { group, commands } = words.frame;

  const goNeeding = (step: 1 | -1): void => {
    const next = nextNeeding(keptSessionRows(currentIndex()), sessionId, step);
    if (next === null) {
      toast(commands.nobodyNeedsYou);
      return;
    }
    void navigate({
      to: '/sessions/$sessionId',
      params: { sessionId: next.session.id },
      search: next.chat === null ? {} : { chat: next.chat.id },
    });
  };

  useCommands([
    { id: 'go.board', title: commands.board, group, keys: 'g b', run: () => void navigate({ to: '/' }) },
    { id: 'go.inbox', title: commands.inbox, group, keys: 'g i', run: () => void navigate({ to: '/inbox' }) },
    {
      id: 'go.agents',
      title: commands.agents,
      group,
      keys: 'g m',
      run: () => void navigate({ to: '/agents' }),
    },
    {
      id: 'go.settings',
      title: commands.settings,
      group,
      keys: 'g s',
      run: () => void navigate({ to: '/settings' }),
    },
    { id: 'go.next-needing', title: commands.nextNeeding, group, keys: 'Alt+KeyJ', run: () => goNeeding(1) },
    {
      id: 'go.previous-needing',
      title: commands.previousNeeding,
      group,
      keys: 'Alt+KeyK',
      run: () => goNeeding(-1),
    },
    {
      id: 'rail.toggle',
      title: commands.toggleRail,
      group,
      keys: '$mod+KeyB',
      inFields: true,
      run: () =>
        viewport === 'wide' ? toggleRail() : useDrawer.setState(({ isOpen }) => ({ isOpen: !isOpen })),
    },
    { id: 'session.new', title: commands.newSession, group, keys: 'n', run: () => openNewSession() },
  ]);
}
