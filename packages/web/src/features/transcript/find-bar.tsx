import { toErrorInfo, type ChatSearch } from '@pilotlight/protocol';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';

/** How long typing may pause before the chat is searched, in ms. */
const PAUSE = 150;

/** Hits that can be gone through; more are counted. */
const LIMIT = 500;

type Hit = ChatSearch['hits'][number];

export interface FindBarProps {
  chatId: string;
  /** shows the hit; called with null when there is none */
  onHit(hit: Hit | null, query: string): void;
  onClose(): void;
}

/** Finds words in the whole chat: Enter goes on, Shift+Enter back, Escape closes. */
export function FindBar({ chatId, onHit, onClose }: FindBarProps) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<ChatSearch | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const show = useRef(onHit);
  show.current = onHit;
  const w = words.transcript.find;

  useEffect(() => {
    const needle = query.trim();
    setError(null);
    if (needle === '') {
      setFound(null);
      show.current(null, '');
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      server.searchChat(chatId, needle, { limit: LIMIT, signal: abort.signal }).then(
        (answer) => {
          // In the order of the transcript; the newest is shown first, being what one was reading about.
          const hits = answer.hits.toReversed();
          setFound({ ...answer, hits });
          setAt(Math.max(0, hits.length - 1));
          show.current(hits.at(-1) ?? null, needle);
        },
        (failure: unknown) => {
          if (!abort.signal.aborted) setError(toErrorInfo(failure).message);
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [chatId, query]);

  const count = found?.hits.length ?? 0;
  const go = (step: 1 | -1) => {
    if (found === null || count === 0) return;
    const next = (at + step + count) % count;
    setAt(next);
    onHit(found.hits[next] ?? null, query.trim());
  };
  const status =
    error ??
    (found === null
      ? query.trim() === ''
        ? ''
        : w.searching
      : count === 0
        ? w.none
        : w.count(found.total - count + at + 1, found.total));

  return (
    <div
      role="search"
      aria-label={w.label}
      className="absolute top-2 right-3 z-20 flex max-w-[calc(100%-24px)] items-center gap-0.5 rounded-lg border border-line bg-overlay py-0.5 pr-0.5 pl-3 shadow-pop"
    >
      <input
        autoFocus
        aria-label={w.label}
        placeholder={w.placeholder}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter' && !event.nativeEvent.isComposing) go(event.shiftKey ? -1 : 1);
          else return;
          event.preventDefault();
        }}
        className="h-7 w-44 min-w-0 bg-transparent outline-none pointer-coarse:h-11"
      />
      <span role="status" className="truncate px-2 text-small text-ink-3">
        {status}
      </span>
      <IconButton
        label={w.previous}
        icon={<ChevronUp size={16} strokeWidth={1.75} />}
        disabled={count === 0}
        onClick={() => go(-1)}
      />
      <IconButton
        label={w.next}
        icon={<ChevronDown size={16} strokeWidth={1.75} />}
        disabled={count === 0}
        onClick={() => go(1)}
      />
      <IconButton label={words.common.close} icon={<X size={16} strokeWidth={1.75} />} onClick={onClose} />
    </div>
  );
}
