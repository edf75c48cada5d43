import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** How changes are shown, in this browser. */
export interface ReviewLook {
  /** where there is width for two columns */
  layout: 'split' | 'unified';
  /** long lines go on below instead of to the right */
  wrap: boolean;
  /** lines that differ in white space only count as the same */
  ignoreSpace: boolean;
  list: 'tree' | 'flat';
  /** px, of the list of files where the diff stands beside it */
  listWidth: number;
}

export const LIST = { min: 200, usual: 288, max: 560 };

export const useReviewLook = create<ReviewLook>()(
  persist(
    (): ReviewLook => ({
      layout: 'split',
      wrap: true,
      ignoreSpace: false,
      list: 'tree',
      listWidth: LIST.usual,
    }),
    { name: 'pilotlight.review' },
  ),
);

export function setReviewLook(change: Partial<ReviewLook>): void {
  useReviewLook.setState(change);
}
