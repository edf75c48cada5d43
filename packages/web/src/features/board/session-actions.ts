import { server } from '../../live/server.ts';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

/** Puts a session away, or takes it back; either can be undone from the toast. */
export async function setArchived(id: string, title: string, archived: boolean): Promise<void> {
  try {
    await server.updateSession(id, { archived });
  } catch (error) {
    showError(error);
    return;
  }
  toast(archived ? words.board.archivedToast(title) : words.board.restoredToast(title), 'info', {
    label: words.board.undo,
    run: () => void server.updateSession(id, { archived: !archived }).catch(showError),
  });
}
