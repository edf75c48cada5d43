import type { ReviewAction } from '@pilotlight/protocol';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { useRefresh, useReviewActions } from './reads.ts';
import { undoAction } from './show-done.ts';

/** What was done last, for as long as it can be taken back; and what failed. */
export function LastAction({ sessionId }: { sessionId: string }) {
  const [last] = useReviewActions(sessionId);
  const refresh = useRefresh(sessionId);
  const [isBusy, setIsBusy] = useState(false);
  if (last === undefined || !isWorthALine(last)) return null;
  const undo = () => {
    setIsBusy(true);
    void undoAction(last.id, refresh).finally(() => setIsBusy(false));
  };
  return (
    <p
      role="status"
      className="flex min-h-9 shrink-0 items-center gap-2 border-b border-line px-3 py-1 text-small text-ink-2"
    >
      <span className="min-w-0 flex-1 break-words">{last.summary}</span>
      {last.url === null || !/^https?:/.test(last.url) ? null : (
        <a
          href={last.url}
          target="_blank"
          rel="noreferrer"
          className="shrink-0 text-flame-ink underline underline-offset-2"
        >
          {words.review.openLink}
        </a>
      )}
      {last.undo.possible ? (
        <Button look="quiet" disabled={isBusy} icon={<Undo2 size={14} strokeWidth={1.75} />} onClick={undo}>
          {words.review.undo}
        </Button>
      ) : null}
    </p>
  );
}

function isWorthALine({ state, undo, url }: ReviewAction): boolean {
  return undo.possible || state === 'failed' || (state === 'done' && url !== null);
}
