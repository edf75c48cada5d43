import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface LastUsed {
  projectId: string | null;
  agent: string | null;
}

/** What the last session of this browser was started with; the next one begins there. */
export const useLastUsed = create<LastUsed>()(
  persist((): LastUsed => ({ projectId: null, agent: null }), { name: 'pilotlight.last-used' }),
);
