import { create } from 'zustand';

interface OpenState {
  /** which of the two is open; one closes the other */
  open: 'palette' | 'sheet' | null;
}

export const useOpen = create<OpenState>()(() => ({ open: null }));

/** Opens it; closes it when it is open already, so that the same keys do both. */
export function toggle(which: 'palette' | 'sheet'): void {
  useOpen.setState(({ open }) => ({ open: open === which ? null : which }));
}

export function close(): void {
  useOpen.setState({ open: null });
}
