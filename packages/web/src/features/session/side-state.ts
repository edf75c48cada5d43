import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** What somebody asked the side to show. A file's path is relative to the worktree; `line` is 1-based. */
export interface SideTarget {
  kind: 'file';
  sessionId: string;
  path: string;
  line: number | null;
}

interface SideState {
  isOpen: boolean;
  /** px */
  width: number;
  /** what to show next; the side takes it with `takeSideTarget` */
  target: SideTarget | null;
}

export const SIDE_MIN = 280;
export const SIDE_MAX = 960;

/** Whether the side is open and how wide, in this browser, and what it is asked to show. */
export const useSide = create<SideState>()(
  persist((): SideState => ({ isOpen: true, width: 420, target: null }), {
    name: 'pilotlight.side',
    partialize: ({ isOpen, width }) => ({ isOpen, width }),
  }),
);

/** Whether the sheet is up, where there is no room for a column; never kept. */
export const useSheet = create<{ isOpen: boolean }>()(() => ({ isOpen: false }));

/** Opens the side on a file of the session's worktree. */
export function openFile(sessionId: string, path: string, line: number | null): void {
  useSide.setState({ isOpen: true, target: { kind: 'file', sessionId, path, line } });
  useSheet.setState({ isOpen: true });
}

/** For the side: forgets the target once it is shown. */
export function takeSideTarget(): void {
  useSide.setState({ target: null });
}

export function setSideWidth(width: number): void {
  useSide.setState({ width: Math.round(Math.min(SIDE_MAX, Math.max(SIDE_MIN, width))) });
}
