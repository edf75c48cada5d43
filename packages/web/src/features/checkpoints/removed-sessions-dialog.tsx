import { toErrorInfo, type RemovedSession } from '@pilotlight/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { server } from '../../live/server.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { Refusal } from './dialog-parts.tsx';
import { closeRemovedSessions } from './open-removed-sessions.ts';
import { RemovedSessionRow } from './removed-session-row.tsx';

const text = words.checkpoints.removed;
const KEY = ['removed-sessions'];

/** Sessions that were deleted and can be brought back, the last one first. */
export function RemovedSessionsDialog() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const place = useRef<HTMLDivElement>(null);
  const [busyId, setBusyId] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const list = useQuery({
    queryKey: KEY,
    queryFn: () => server.checkpoints.listRemoved(),
    staleTime: 0,
    retry: false,
  });
  const refusal = error ?? list.error;

  const bringBack = async ({ session: { id } }: RemovedSession, title: string) => {
    setBusyId(id);
    setError(null);
    try {
      const { session, branchRenamed } = await server.checkpoints.bringBack(id);
      const branch = branchRenamed ? (session.worktree?.branch ?? null) : null;
      toast(text.isBack(title, branch), 'info', {
        label: text.open,
        run: () => {
          closeRemovedSessions();
          void navigate({ to: '/sessions/$sessionId', params: { sessionId: id } });
        },
      });
      // Its line goes; the keyboard stays in the dialog.
      place.current?.focus();
    } catch (refused) {
      setError(refused);
    }
    await queries.invalidateQueries({ queryKey: KEY });
    setBusyId(null);
  };
  const again = () => {
    setError(null);
    void list.refetch();
  };
  return (
    <Dialog
      open
      onClose={closeRemovedSessions}
      title={text.title}
      description={text.about}
      initialFocus={place}
      className="phone:w-[620px]"
    >
      <div
        ref={place}
        tabIndex={-1}
        role="group"
        aria-label={text.title}
        className="flex min-h-0 flex-col gap-2 overflow-y-auto px-4 pt-1 pb-[max(16px,env(safe-area-inset-bottom))] outline-none"
      >
        {refusal === null ? null : <Refusal message={toErrorInfo(refusal).message} onAgain={again} />}
        {list.data === undefined ? (
          list.error === null ? (
            <p role="status" className="text-ink-2">
              {words.common.loading}
            </p>
          ) : null
        ) : list.data.length === 0 ? (
          <Empty>{text.none}</Empty>
        ) : (
          <ul className="flex flex-col divide-y divide-line">
            {list.data.map((removed) => (
              <RemovedSessionRow
                key={removed.session.id}
                removed={removed}
                isBusy={busyId !== null}
                onBringBack={(title) => void bringBack(removed, title)}
              />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
