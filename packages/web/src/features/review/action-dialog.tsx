import { newId, toErrorInfo, type ReviewPlan, type ReviewRequest } from '@pilotlight/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { ActionFields } from './action-fields.tsx';
import { showDone } from './show-done.ts';
import { useIsWorking, useRefresh } from './reads.ts';

export interface ActionDialogProps {
  sessionId: string;
  /** what is to be done; null: nothing is asked */
  request: ReviewRequest | null;
  onClose(): void;
  onDone?(request: ReviewRequest): void;
}

/** Says what an action will do, as the server plans it, and does it. A refusal is shown in place. */
export function ActionDialog({ sessionId, request, onClose, onDone }: ActionDialogProps) {
  // The dialog fades out with what it said.
  const [last, setLast] = useState(request);
  if (request !== null && request !== last) setLast(request);
  const title = last === null ? '' : words.review.actions[last.kind].title;
  return (
    <Dialog open={request !== null} onClose={onClose} title={title} className="phone:w-[520px]">
      {last === null ? null : (
        <Ask
          key={JSON.stringify(last)}
          sessionId={sessionId}
          asked={last}
          onClose={onClose}
          onDone={() => onDone?.(last)}
        />
      )}
    </Dialog>
  );
}

function Ask(props: { sessionId: string; asked: ReviewRequest; onClose(): void; onDone(): void }) {
  const { sessionId, asked, onClose, onDone } = props;
  const [request, setRequest] = useState(asked);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [id, setId] = useState(() => newId('action'));
  const isWorking = useIsWorking(sessionId);
  const refresh = useRefresh(sessionId);
  const planned = plannedOf(request);
  const plan = useQuery({
    queryKey: ['plan', sessionId, planned],
    queryFn: () => server.review.plan(sessionId, planned),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const w = words.review;
  const refusal = error ?? (plan.error === null ? null : toErrorInfo(plan.error).message);
  const run = async () => {
    if (plan.data === undefined) return;
    setIsBusy(true);
    setError(null);
    try {
      const action = await server.review.run(sessionId, { id, request, token: plan.data.token });
      showDone(action, refresh);
      onClose();
      onDone();
    } catch (refused) {
      const { code, message } = toErrorInfo(refused);
      setError(message);
      // The same id asks for what came of it, which is known by now. Where no server answered, it may have been done.
      if (code !== 'server_unreachable') setId(newId('action'));
    } finally {
      setIsBusy(false);
      await refresh();
    }
  };
  return (
    <form
      className="flex min-h-0 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-4 pb-4 text-ink-2">
        <ActionFields request={request} onChange={setRequest} />
        {plan.data === undefined ? (
          plan.error === null ? (
            <p role="status">{w.planning}</p>
          ) : null
        ) : (
          <Plan plan={plan.data} />
        )}
        {refusal === null ? null : (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
            {refusal}
          </p>
        )}
        {isWorking ? <p className="text-flame-ink">{w.whyWorking}</p> : null}
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button
          type="submit"
          look={request.kind === 'discard' || request.kind === 'abort' ? 'danger' : 'primary'}
          disabled={isBusy || isWorking || plan.data === undefined}
        >
          {isBusy ? w.actions[request.kind].running : w.actions[request.kind].run}
        </Button>
      </footer>
    </form>
  );
}

/** What will be done, step by step; what will not; and whether it can be taken back. */
function Plan({ plan }: { plan: ReviewPlan }) {
  const w = words.review;
  return (
    <>
      <ol aria-label={w.willDo} className="flex flex-col gap-1 text-ink">
        {plan.steps.map((step) => (
          <li key={step} className="break-words">
            {step}
          </li>
        ))}
      </ol>
      <Some
        title={w.commits(plan.commitCount)}
        items={plan.commits.map(({ id, subject }) => `${id.slice(0, 8)} ${subject}`)}
        all={plan.commitCount}
      />
      <Some title={words.changes.files(plan.fileCount)} items={plan.files} all={plan.fileCount} />
      {plan.conflicts.length === 0 ? null : (
        <div className="rounded-md border border-line bg-flame-wash px-3 py-2 text-ink">
          <Some
            title={w.willConflict(plan.conflicts.length)}
            items={plan.conflicts}
            all={plan.conflicts.length}
          />
        </div>
      )}
      {plan.notes.map((note) => (
        <p key={note} className="text-small break-words">
          {note}
        </p>
      ))}
      <p className="text-small break-words">{plan.undo.how}</p>
    </>
  );
}

const SHOWN = 20;

function Some({ title, items, all }: { title: string; items: readonly string[]; all: number }) {
  if (items.length === 0) return null;
  return (
    <div className="min-w-0">
      <h3 className="pb-0.5 text-small text-ink-3">{title}</h3>
      <ul className="max-h-40 overflow-y-auto font-mono text-code text-ink-2" tabIndex={0} aria-label={title}>
        {items.slice(0, SHOWN).map((item) => (
          <li key={item} className="truncate" title={item}>
            {item}
          </li>
        ))}
        {all > SHOWN ? (
          <li className="font-sans text-small text-ink-3">{words.review.more(all - SHOWN)}</li>
        ) : null}
      </ul>
    </div>
  );
}

/** The request without the words that change nothing of the plan, so that typing them asks for none. */
function plannedOf(request: ReviewRequest): ReviewRequest {
  if (request.kind === 'pull_request') return { ...request, title: 'title', body: '' };
  if (request.kind === 'commit') return { ...request, message: 'message' };
  return request;
}
