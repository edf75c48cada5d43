import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export const RAIL = { min: 208, usual: 260, max: 420 };

interface RailState {
  /** px, within RAIL */
  width: number;
  /** false: only a strip of icons */
  isOpen: boolean;
  /** projects whose sessions are folded away, by id */
  folded: Record<string, true>;
}

/** How the rail stands in this browser; kept over a reload. */
export const useRail = create<RailState>()(
  persist((): RailState => ({ width: RAIL.usual, isOpen: true, folded: {} }), { name: 'pilotlight.rail' }),
);

export function toggleRail(): void {
  useRail.setState(({ isOpen }) => ({ isOpen: !isOpen }));
}

export function toggleFolded(projectId: string): void {
  useRail.setState(({ folded }) => {
    const { [projectId]: was, ...rest } = folded;
    return { folded: was === undefined ? { ...folded, [projectId]: true } : rest };
  });
}

/** Below the wide layout the rail is a drawer: open only while it is used, so not remembered. */
export const useDrawer = create<{ isOpen: boolean }>()(() => ({ isOpen: false }));

interface LastSession {
  sessionId: string | null;
}

/** The session opened last in this browser: where the phone's bar leads back to. */
export const useLastSession = create<LastSession>()(
  persist((): LastSession => ({ sessionId: null }), { name: 'pilotlight.last-session' }),
);
