import type { ReviewFacts, ReviewRequest } from '@pilotlight/protocol';
import { Sparkles, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { messageOf, setMessage, useMessage } from './commit-message.ts';

export interface CommitBoxProps {
  sessionId: string;
  facts: ReviewFacts;
  /** why nothing can be committed now; null: it can */
  why: string | null;
  ask(request: ReviewRequest): void;
}

/** The message of a commit, written or drafted by an agent, and the commit of what is staged: of everything when nothing is. */
export function CommitBox({ sessionId, facts, why, ask }: CommitBoxProps) {
  const message = useMessage(sessionId);
  const [drafting, setDrafting] = useState<{ since: number; abort: AbortController } | null>(null);
  const newest = useRef(drafting);
  newest.current = drafting;
  useEffect(() => () => newest.current?.abort.abort(), []);
  const w = words.review;
  const all = facts.staged === 0;
  const count = all ? facts.uncommitted : facts.staged;
  const reason = why ?? (count === 0 ? w.whyNothing : message.trim() === '' ? w.whyNoMessage : null);

  const draft = async () => {
    const abort = new AbortController();
    setDrafting({ since: Date.now(), abort });
    const before = messageOf(sessionId);
    try {
      const drafted = await server.review.draftMessage(sessionId, { all }, abort.signal);
      // What was written meanwhile is the user's own, and stays.
      if (messageOf(sessionId) === before) setMessage(sessionId, drafted.message);
    } catch (error) {
      if (!abort.signal.aborted) showError(error);
    } finally {
      setDrafting(null);
    }
  };

  return (
    <form
      aria-label={w.commitBox}
      className="flex shrink-0 flex-col gap-2 border-t border-line px-3 py-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === null) ask({ kind: 'commit', message: message.trim(), all });
      }}
    >
      <textarea
        aria-label={w.message}
        placeholder={w.message}
        rows={3}
        value={message}
        onChange={({ target }) => setMessage(sessionId, target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey))
            event.currentTarget.form?.requestSubmit();
        }}
        className="w-full resize-y rounded-md border border-line-strong bg-base px-2.5 py-1.5 text-ui outline-none focus-visible:border-flame"
      />
      <div className="flex flex-wrap items-center gap-2">
        {drafting === null ? (
          <Button
            look="quiet"
            icon={<Sparkles size={14} strokeWidth={1.75} />}
            disabled={count === 0 || why !== null}
            aria-label={w.draftMessage}
            title={w.draftMessage}
            onClick={() => void draft()}
          >
            {w.draft}
          </Button>
        ) : (
          <span role="status" className="flex items-center gap-1 text-small text-ink-2">
            {w.drafting} <Elapsed since={drafting.since} />
            <Button
              look="quiet"
              icon={<Square size={12} strokeWidth={2} />}
              onClick={() => drafting.abort.abort()}
            >
              {w.stopDrafting}
            </Button>
          </span>
        )}
        <span className="flex-1" />
        <Button type="submit" look="primary" disabled={reason !== null} title={reason ?? undefined}>
          {all ? w.commitAll(count) : w.commitStaged(count)}
        </Button>
      </div>
      {why === null ? null : <p className="text-small text-ink-3">{why}</p>}
    </form>
  );
}
