import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { Scope } from '../review/scope.ts';

export type SideTab = 'changes' | 'plan' | 'files' | 'terminal' | 'scripts';

/** What somebody asked the side to show, in which session. */
export type SideTarget = { sessionId: string } & (
  | /** `path`: as it was named, absolute or relative to the worktree; `line`: from 1 */
    { kind: 'file'; path: string; line: number | null }
  | /** `path`: null for the list of them */ { kind: 'change'; scope: Scope; path: string | null }
  | { kind: 'terminal'; toolCallId: string }
);

interface SideState {
  isOpen: boolean;
  /** px */
  width: number;
  tab: SideTab;
  target: SideTarget | null;
}

export const SIDE = { min: 280, usual: 420, max: 960 };

/** Whether the side is open, how wide and at which tab, in this browser, and what it is asked to show. */
export const useSide = create<SideState>()(
  persist((): SideState => ({ isOpen: true, width: SIDE.usual, tab: 'changes', target: null }), {
    name: 'pilotlight.side',
    partialize: ({ isOpen, width, tab }) => ({ isOpen, width, tab }),
  }),
);

/** Whether the sheet is up, where there is no room for a column; never kept. */
export const useSheet = create<{ isOpen: boolean }>()(() => ({ isOpen: false }));

const TABS: Record<SideTarget['kind'], SideTab> = { file: 'files', change: 'changes', terminal: 'terminal' };

/** Opens the side at a file, a change or a command's output. */
export function showInSide(target: SideTarget): void {
  useSide.setState({ isOpen: true, tab: TABS[target.kind], target });
  useSheet.setState({ isOpen: true });
}

/** Opens the side on a file of the session's worktree. */
export function openFile(sessionId: string, path: string, line: number | null): void {
  showInSide({ kind: 'file', sessionId, path, line });
}

/** Opens a tab of the side as it is without anything asked for. */
export function showSideTab(tab: SideTab): void {
  useSide.setState({ isOpen: true, tab, target: null });
  useSheet.setState({ isOpen: true });
}

/** What this session's side is asked to show. */
export function useSideTarget(sessionId: string): SideTarget | null {
  return useSide(({ target }) => (target?.sessionId === sessionId ? target : null));
}
