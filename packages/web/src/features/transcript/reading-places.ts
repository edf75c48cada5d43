import type { VirtualizerHandle } from 'virtua';

type CacheSnapshot = VirtualizerHandle['cache'];

/** Where somebody was in a chat, to take them back there. */
export interface ReadingPlace {
  /** the row at the top edge; null: at the end */
  row: { key: string; messageId: string | null; offset: number } | null;
  /** sizes of the rows, good for the same number of rows */
  sizes: CacheSnapshot;
  count: number;
}

/** By chat; for as long as the page lives. */
export const readingPlaces = new Map<string, ReadingPlace>();
