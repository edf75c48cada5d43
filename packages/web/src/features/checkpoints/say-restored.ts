import type { Restored } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

/** Says what was put back; the state that was kept before it is the way back. `refresh`: after that has been taken. */
export function sayRestored({ files, notRestored, kept }: Restored, refresh: () => Promise<void>): void {
  const text = words.checkpoints;
  const said = text.done(files.length, notRestored.length);
  if (kept === null) {
    toast(said);
    return;
  }
  const undo = async (): Promise<void> => {
    const back = await server.checkpoints.restore(kept.sessionId, { checkpointId: kept.id });
    toast(text.undone(back.files.length));
    await refresh();
  };
  toast(said, 'info', { label: text.undo, run: () => void undo().catch(showError) });
}
