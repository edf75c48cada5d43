import { toErrorInfo } from '@pilotlight/protocol';
import { useState } from 'react';
import type { SessionRow } from '../../live/groups.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { sessionTitle } from './session-title.ts';

/** Asks before a session is deleted, and says what goes and what stays. A refusal of the server is shown in place. */
export function RemoveSession({ row, onClose }: { row: SessionRow | null; onClose(): void }) {
  // The dialog fades out with what it said.
  const [last, setLast] = useState(row);
  if (row !== null && row !== last) setLast(row);
  const [error, setError] = useState<string | null>(null);
  const [isDirty, setIsDirty] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const text = words.board.removeDialog;

  const close = () => {
    setError(null);
    setIsDirty(false);
    onClose();
  };
  const remove = async (id: string) => {
    setIsBusy(true);
    setError(null);
    try {
      const { branch } = await server.removeSession(id, isDirty ? 'keep' : 'refuse');
      const done = branch === null ? words.board.deleted : words.board.saved(branch);
      const bringBack = (): void => {
        server.checkpoints.bringBack(id).then(() => toast(text.isBack), showError);
      };
      toast(done, 'info', { label: text.bringBack, run: bringBack });
      close();
    } catch (refusal) {
      const { code, message } = toErrorInfo(refusal);
      // Asked a second time, what is not committed is kept.
      setIsDirty(code === 'worktree_dirty' && !isDirty);
      setError(message);
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <Dialog
      open={row !== null}
      onClose={close}
      title={last === null ? '' : text.title(sessionTitle(last))}
      className="phone:w-[460px]"
    >
      {last === null ? null : (
        <>
          <div className="flex flex-col gap-2 overflow-y-auto px-4 pb-4 text-ink-2">
            <p>{text.conversation}</p>
            <Consequences row={last} />
            {error === null ? null : (
              <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
                {error}
              </p>
            )}
          </div>
          <footer className="flex justify-end gap-2 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
            <Button onClick={close}>{words.common.cancel}</Button>
            <Button look="danger" disabled={isBusy} onClick={() => void remove(last.session.id)}>
              {isDirty ? text.keepAndDelete : words.board.remove}
            </Button>
          </footer>
        </>
      )}
    </Dialog>
  );
}

function Consequences({ row }: { row: SessionRow }) {
  const text = words.board.removeDialog;
  const { inPlace, worktree } = row.session;
  if (inPlace) return <p>{text.inPlace}</p>;
  if (worktree === null) return <p>{text.noWorktree}</p>;
  return (
    <>
      <p>
        {text.worktree} <code className="block font-mono text-code break-all text-ink">{worktree.path}</code>
      </p>
      <p>
        {text.branch} <code className="block font-mono text-code break-all text-ink">{worktree.branch}</code>
      </p>
      <p>{text.uncommitted}</p>
    </>
  );
}
