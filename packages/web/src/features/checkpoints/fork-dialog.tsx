import { toErrorInfo } from '@pilotlight/protocol';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { DialogFoot, Refusal } from './dialog-parts.tsx';

const text = words.checkpoints;

/** Makes a session that goes on from a turn, and goes there. */
export function ForkDialog({ turnId, onClose }: { turnId: string; onClose(): void }) {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [title, setTitle] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const states = useQuery({
    queryKey: ['turn-checkpoints', turnId],
    queryFn: () => server.checkpoints.ofTurn(turnId),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const refusal = error ?? states.error;
  const isNotKept = states.data?.after === null;
  const fork = async () => {
    setIsBusy(true);
    setError(null);
    try {
      const named = title.trim();
      const { session, chat } = await server.checkpoints.fork(turnId, named === '' ? {} : { title: named });
      onClose();
      await navigate({
        to: '/sessions/$sessionId',
        params: { sessionId: session.id },
        search: { chat: chat.id },
      });
      toast(text.fork.done(session.worktree?.branch ?? null));
    } catch (refused) {
      setError(refused);
      setIsBusy(false);
    }
  };
  const again = () => {
    setError(null);
    void states.refetch();
  };
  return (
    <Dialog open onClose={onClose} title={text.fork.title} initialFocus={field} className="phone:w-[520px]">
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void fork();
        }}
      >
        <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-4 pb-4 text-ink-2">
          <p>{text.fork.about}</p>
          <p>{text.fork.stays}</p>
          <label className="flex flex-col gap-1 text-small text-ink-3">
            {text.fork.name}
            <input
              ref={field}
              value={title}
              maxLength={200}
              placeholder={text.fork.namePlaceholder}
              onChange={({ target }) => setTitle(target.value)}
              className="h-7 rounded-md border border-line-strong bg-raised px-2 text-ui text-ink pointer-coarse:h-11"
            />
          </label>
          {refusal !== null ? (
            <Refusal message={toErrorInfo(refusal).message} onAgain={again} />
          ) : isNotKept ? (
            <Refusal message={text.notKept.after} onAgain={again} />
          ) : null}
        </div>
        <DialogFoot>
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button
            type="submit"
            look="primary"
            disabled={isBusy || isNotKept || refusal !== null || states.data === undefined}
          >
            {isBusy ? text.fork.running : text.fork.run}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
