import type { IndexState } from '@pilotlight/protocol';
import { sessionRows, type SessionRow } from './groups.ts';
import { useIndex } from './index-store.ts';
import { keepRows } from './keep-rows.ts';

let last: { index: IndexState | null; rows: SessionRow[] } = { index: null, rows: [] };

/**
 * `sessionRows` of the newest index, made once for all who show it. A row in which nothing changed is the same object as
 * before, so that a memoised line does not render because another session streams.
 */
export function keptSessionRows(index: IndexState): SessionRow[] {
  if (last.index !== index) last = { index, rows: keepRows(last.rows, sessionRows(index)) };
  return last.rows;
}

/** Every session that is not archived, the most urgent first; renders when one of them changed. */
export function useSessionRows(): SessionRow[] {
  return useIndex(keptSessionRows);
}
