import type { ReviewAction } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

/** Says what an action did, with the way to take it back while there is one. */
export function showDone(action: ReviewAction, refresh: () => Promise<void>): void {
  const undo = { label: words.review.undo, run: () => void undoAction(action.id, refresh) };
  const isBad = action.state === 'failed' || action.state === 'conflicted';
  toast(action.summary, isBad ? 'error' : 'info', action.undo.possible && !isBad ? undo : null);
}

/** Takes an action back, and says so. */
export async function undoAction(id: string, refresh: () => Promise<void>): Promise<void> {
  try {
    toast((await server.review.undo(id)).summary);
  } catch (error) {
    showError(error);
  }
  await refresh();
}
