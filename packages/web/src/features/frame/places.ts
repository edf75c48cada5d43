import type { IndexState } from '@pilotlight/protocol';
import { useLocation, useParams } from '@tanstack/react-router';
import { useEffect, useRef, type RefObject } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { useConnection } from '../../live/connection.ts';
import { useSessionRows } from '../../live/session-rows.ts';
import * as words from '../../words/index.ts';
import { sessionTitle } from '../board/session-title.ts';
import { documentTitle } from './attention.ts';
import { useLastSession } from './rail-state.ts';

export const countOpen = (index: IndexState): number => Object.keys(index.permissions).length;

const NAMES: Record<string, string> = {
  '/': words.frame.board,
  '/inbox': words.frame.inbox,
  '/tasks': words.frame.tasks,
  '/agents': words.frame.agents,
  '/settings': words.frame.settings,
};

/** What the place shown is called: a session by its title. Null before it is known. */
export function usePlaceName(): string | null {
  const { pathname } = useLocation();
  const { sessionId } = useParams({ strict: false });
  const title = useIndex((index) => {
    const session = sessionId === undefined ? undefined : index.sessions[sessionId];
    if (session === undefined) return null;
    const chats = Object.values(index.chats)
      .filter((chat) => chat.sessionId === session.id)
      .sort((a, b) => a.createdAt - b.createdAt);
    return sessionTitle({ session, chats });
  });
  return sessionId === undefined ? (NAMES[pathname] ?? null) : title;
}

/** Keeps the window's title: how many sessions need the user, and what is shown. */
export function useDocumentTitle(place: string | null): void {
  const needing = useSessionRows().filter((row) => row.standing === 'needs_you').length;
  useEffect(() => {
    document.title = documentTitle(needing, place, words.common.product);
  }, [needing, place]);
}

/** Going to another place takes the focus there, unless what is there took it already. */
export function useRouteFocus(main: RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const frame = requestAnimationFrame(() => {
      if (main.current?.contains(document.activeElement) === false)
        main.current.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname, main]);
}

/** Remembers the session shown, for the way back on a phone. */
export function useRememberSession(): void {
  const { sessionId } = useParams({ strict: false });
  useEffect(() => {
    if (sessionId !== undefined) useLastSession.setState({ sessionId });
  }, [sessionId]);
}

/** Marks the document while the connection is lost, so that nothing old looks live (styles/base.css). */
export function useStaleMark(): void {
  const isLost = useConnection((state) => state.connection === 'lost');
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', isLost);
  }, [isLost]);
}
