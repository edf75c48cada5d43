import { Outlet } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useShortcuts } from '../../app/commands.ts';
import { useViewport, type Viewport } from '../../app/viewport.ts';
import { cx } from '../../ui/class-names.ts';
import { late } from '../../ui/late.tsx';
import { ResizeEdge } from '../../ui/resize-edge.tsx';
import * as words from '../../words/index.ts';
import { useNewSession } from '../board/new-session.ts';
import { BottomBar } from './bottom-bar.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Drawer } from './drawer.tsx';
import { useFrameCommands } from './frame-commands.ts';
import { useDocumentTitle, usePlaceName, useRememberSession, useRouteFocus, useStaleMark } from './places.ts';
import { Rail, RailStrip } from './rail.tsx';
import { RAIL, toggleRail, useDrawer, useRail } from './rail-state.ts';

const NewSessionDialog = late(async () => (await import('../board/new-session-dialog.tsx')).NewSessionDialog);
/** When the code of what may be opened any time is fetched, in ms after the first paint: behind what is looked at. */
const LATER = 1_500;

/** What stands around every place: the rail (a drawer when narrow, a bar below on a phone) and what is said over all. */
export function Frame() {
  useShortcuts();
  useFrameCommands();
  useStaleMark();
  useRememberSession();
  const place = usePlaceName();
  useDocumentTitle(place);
  const main = useRef<HTMLElement>(null);
  useRouteFocus(main);
  const viewport = useViewport();
  return (
    <div className={cx('group/frame flex h-full', viewport === 'phone' && 'flex-col')}>
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md border border-line bg-overlay px-3 py-1.5 focus:translate-y-0 focus:shadow-pop"
      >
        {words.frame.skip}
      </a>
      <Navigation viewport={viewport} />
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        aria-label={place ?? undefined}
        className="relative min-h-0 min-w-0 flex-1 outline-none"
      >
        <Outlet />
      </main>
      {viewport === 'phone' ? <BottomBar /> : null}
      <ConnectionBanner />
      <NewSession />
    </div>
  );
}

function Navigation({ viewport }: { viewport: Viewport }) {
  const { isOpen, width } = useRail();
  if (viewport === 'phone') return null;
  if (viewport === 'wide' && isOpen) {
    return (
      <nav
        aria-label={words.frame.navigation}
        style={{ width }}
        className="relative flex shrink-0 flex-col border-r border-line bg-sunken"
      >
        <Rail onClose={toggleRail} />
        <ResizeEdge
          edge="right"
          label={words.frame.rail.resize}
          width={width}
          {...RAIL}
          onWidth={(next) => useRail.setState({ width: next })}
        />
      </nav>
    );
  }
  return (
    <>
      <nav
        aria-label={words.frame.navigation}
        className="flex w-12 shrink-0 flex-col items-center gap-1.5 border-r border-line bg-sunken py-2.5"
      >
        <RailStrip onOpen={viewport === 'wide' ? toggleRail : () => useDrawer.setState({ isOpen: true })} />
      </nav>
      {viewport === 'narrow' ? <Drawer /> : null}
    </>
  );
}

/** Its code comes after the page, so that the dialog opens at once, also while the connection is lost. */
function NewSession() {
  const isOpen = useNewSession((state) => state.isOpen);
  useEffect(() => {
    const timer = setTimeout(NewSessionDialog.preload, LATER);
    return () => clearTimeout(timer);
  }, []);
  const wasOpen = useRef(false);
  wasOpen.current ||= isOpen;
  return wasOpen.current ? <NewSessionDialog /> : null;
}
