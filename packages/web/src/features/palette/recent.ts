import { create } from 'zustand';
import { persist } from 'zustand/middleware';

const MOST = 30;

/** Ids of entries this browser took from the palette, the newest first. */
export const useRecent = create<{ ids: string[] }>()(
  persist((): { ids: string[] } => ({ ids: [] }), { name: 'pilotlight.recent' }),
);

export function noteUsed(id: string): void {
  useRecent.setState(({ ids }) => ({ ids: [id, ...ids.filter((each) => each !== id)].slice(0, MOST) }));
}
