import { create } from 'zustand';

/** What somebody opened or closed by hand, by key; kept apart from the rows, which come and go as they are scrolled. */
const useOpenRows = create<{ open: Record<string, boolean> }>()(() => ({ open: {} }));

/** Whether a thing is open, and how to turn that. `byDefault` holds until somebody decides. */
export function useOpen(key: string, byDefault = false): [boolean, () => void] {
  const isOpen = useOpenRows((state) => state.open[key]) ?? byDefault;
  return [isOpen, () => useOpenRows.setState(({ open }) => ({ open: { ...open, [key]: !isOpen } }))];
}
