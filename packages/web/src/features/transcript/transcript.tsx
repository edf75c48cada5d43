import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer } from 'virtua';
import { chatStore } from '../../live/chat-store.ts';
import { useIndex } from '../../live/index-store.ts';
import { useChat } from '../../live/use-chat.ts';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { FindBar } from './find-bar.tsx';
import { askingTurns, countNew, indexOfMessage, type Item } from './items.ts';
import { markWords } from './mark-words.ts';
import { PlaceContext, type TranscriptPlace } from './place.ts';
import { readingPlaces } from './reading-places.ts';
import { ROOM, RowView } from './row-view.tsx';
import { SentRow } from './sent-row.tsx';
import { useAnnouncements } from './use-announcements.ts';
import { useItems } from './use-items.ts';
import { TOP, useReading } from './use-reading.ts';
import { useTranscriptCommands } from './use-transcript-commands.ts';

export interface TranscriptProps {
  chatId: string;
  sessionId: string;
  /** a message to go to and to highlight */
  messageId?: string | undefined;
  /** of several transcripts side by side the one whose commands are offered */
  isActive?: boolean;
}

/** How long a message that was gone to stays highlighted, in ms. */
const LIT = 2_500;
/** Earlier messages are loaded when so much is left above, in px. */
const AHEAD = 2_400;

/** What was said and done in a chat. */
export function Transcript(props: TranscriptProps) {
  return <TranscriptOfChat key={props.chatId} {...props} />;
}

function TranscriptOfChat({ chatId, sessionId, messageId, isActive = true }: TranscriptProps) {
  const view = useChat(chatId);
  const { items, shift } = useItems(chatId, view);
  const reading = useReading(chatId, items);
  const { scroller, content, list, isAtEnd, toEnd, toItem } = reading;
  const place = useTranscriptPlace(chatId, sessionId);
  const asking = useMemo(() => askingTurns(view.permissions), [view.permissions]);
  const [lit, setLit] = useState<string | null>(null);
  const [isFinding, setIsFinding] = useState(false);
  const [focused, setFocused] = useState(-1);
  const newest = useRef(items);
  newest.current = items;
  useAnnouncements(view);

  const loadEarlier = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const { hasEarlier, isLoadingEarlier } = chatStore(chatId).view.value;
    if (top < AHEAD && hasEarlier && !isLoadingEarlier) chatStore(chatId).loadEarlier().catch(showError);
  }, [chatId, scroller]);
  useEffect(loadEarlier, [loadEarlier, items.length, view.isLoadingEarlier]);

  /** Loads as far back as it takes, goes there and highlights it. */
  const goTo = useCallback(
    async (id: string, part?: number): Promise<void> => {
      if (!(await chatStore(chatId).loadUntil(id))) return;
      await rendered(() => indexOfMessage(newest.current, id, part) >= 0);
      const index = indexOfMessage(newest.current, id, part);
      if (index < 0) return;
      toItem(index);
      setLit(newest.current[index]?.key ?? null);
    },
    [chatId, toItem],
  );

  useEffect(() => {
    if (lit === null) return;
    const timer = setTimeout(() => setLit(null), LIT);
    return () => clearTimeout(timer);
  }, [lit]);

  useEffect(() => {
    if (messageId !== undefined && view.isLoaded) goTo(messageId).catch(showError);
  }, [messageId, view.isLoaded, goTo]);

  // A place in what was not loaded yet, when the chat is opened again.
  useEffect(() => {
    const row = readingPlaces.get(chatId)?.row;
    if (!view.isLoaded || messageId !== undefined || !row?.messageId) return;
    if (newest.current.some(({ key }) => key === row.key)) return;
    const id = row.messageId;
    chatStore(chatId)
      .loadUntil(id)
      .then(() => rendered(() => newest.current.some(({ key }) => key === row.key)))
      .then(() => {
        const index = newest.current.findIndex(({ key }) => key === row.key);
        if (index >= 0) toItem(index);
      })
      .catch(showError);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only once, when the chat is there
  }, [chatId, view.isLoaded]);

  const shown = useRef(0);
  const onHit = useCallback(
    (hit: { messageId: string; part: number } | null, query: string) => {
      const turn = (shown.current += 1);
      markWords(null, '');
      if (hit === null) return;
      goTo(hit.messageId, hit.part)
        .then(() => rendered(() => rowElement(scroller.current, newest.current, hit) !== null))
        .then(() => {
          if (turn === shown.current) markWords(rowElement(scroller.current, newest.current, hit), query);
        })
        .catch(showError);
    },
    [goTo, scroller],
  );
  const closeFind = () => {
    shown.current += 1;
    markWords(null, '');
    setIsFinding(false);
    scroller.current?.focus({ preventScroll: true });
  };

  useTranscriptCommands({ chatId, isActive, items: newest, reading, onFind: () => setIsFinding(true) });

  if (view.error !== null) {
    return <Empty>{words.transcript.cannotFollow(view.error.message)}</Empty>;
  }
  const restored = readingPlaces.get(chatId);
  const isEmpty = view.isLoaded && items.length === 0;
  return (
    <PlaceContext value={place}>
      <div className="relative min-h-0 flex-1">
        {isFinding ? <FindBar chatId={chatId} onHit={onHit} onClose={closeFind} /> : null}
        <div
          ref={scroller}
          role="log"
          aria-live="off"
          aria-label={words.transcript.label}
          aria-busy={!view.isLoaded}
          // A region that scrolls must be reachable by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onFocus={(event) => setFocused(indexOfElement(event.target, newest.current))}
          className="absolute inset-0 overflow-x-hidden overflow-y-auto overscroll-contain px-4 [overflow-anchor:none] focus-visible:-outline-offset-2"
        >
          <div ref={content}>
            <div style={{ height: TOP }} />
            {items.length === 0 ? null : (
              <Virtualizer
                ref={list}
                scrollRef={scroller}
                data={items}
                shift={shift}
                startMargin={TOP}
                bufferSize={400}
                keepMounted={focused < 0 || focused >= items.length ? [] : [focused]}
                onScroll={() => {
                  reading.onScroll();
                  loadEarlier();
                }}
                {...(restored?.count === items.length ? { cache: restored.sizes } : {})}
              >
                {(item: Item) => (
                  <div
                    key={item.key}
                    data-row={item.key}
                    tabIndex={-1}
                    className={cx(
                      'mx-auto max-w-[760px] outline-none',
                      ROOM[item.kind],
                      item.key === lit && 'rounded-lg bg-flame-wash',
                    )}
                  >
                    {item.kind === 'sent' ? (
                      <SentRow prompt={item.prompt} />
                    ) : (
                      <RowView row={item} isAsking={item.kind === 'turn' && asking.has(item.turn.id)} />
                    )}
                  </div>
                )}
              </Virtualizer>
            )}
            <div className="h-6" />
          </div>
          {isEmpty ? (
            <div className="mx-auto max-w-[760px]">
              <Empty>{words.transcript.empty}</Empty>
            </div>
          ) : null}
        </div>
        {view.isLoadingEarlier ? (
          <p
            role="status"
            className="pointer-events-none absolute top-2 left-1/2 z-10 -translate-x-1/2 rounded-full border border-line bg-overlay px-3 py-0.5 text-small text-ink-3"
          >
            {words.transcript.loadingEarlier}
          </p>
        ) : null}
        {isAtEnd || items.length === 0 ? null : <Jump messages={view.state.messages} onJump={toEnd} />}
      </div>
    </PlaceContext>
  );
}

/** Back to the end; says how much is new there. */
function Jump({ messages, onJump }: { messages: Parameters<typeof countNew>[0]; onJump(): void }) {
  const [lastSeen] = useState(() => messages.at(-1)?.id ?? null);
  const count = countNew(messages, lastSeen);
  return (
    <button
      type="button"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 z-10 inline-flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full border border-line-strong bg-overlay px-3 text-small text-ink hover:bg-hover pointer-coarse:h-11"
    >
      <ArrowDown size={14} strokeWidth={1.75} aria-hidden />
      {count === 0 ? words.transcript.jump : words.transcript.newMessages(count)}
    </button>
  );
}

/** Where files are shown relative to: the worktree, or the project's own folder for a session in place. */
function useTranscriptPlace(chatId: string, sessionId: string): TranscriptPlace {
  const worktree = useIndex(({ sessions, projects }) => {
    const session = sessions[sessionId];
    if (session === undefined) return null;
    return session.worktree?.path ?? (session.inPlace ? (projects[session.projectId]?.path ?? null) : null);
  });
  return useMemo(() => ({ chatId, sessionId, worktree }), [chatId, sessionId, worktree]);
}

/** Resolves when the condition holds after a paint; gives up after a second. */
async function rendered(holds: () => boolean): Promise<void> {
  const until = performance.now() + 1_000;
  do await new Promise((resolve) => requestAnimationFrame(resolve));
  while (!holds() && performance.now() < until);
}

function rowElement(
  scroller: Element | null,
  items: readonly Item[],
  hit: { messageId: string; part: number },
): Element | null {
  const key = items[indexOfMessage(items, hit.messageId, hit.part)]?.key;
  return key === undefined ? null : (scroller?.querySelector(`[data-row="${CSS.escape(key)}"]`) ?? null);
}

/** The item an element stands in; -1 for none. */
export function indexOfElement(element: EventTarget | null, items: readonly Item[]): number {
  const row = element instanceof Element ? element.closest('[data-row]')?.getAttribute('data-row') : null;
  return row === null || row === undefined ? -1 : items.findIndex(({ key }) => key === row);
}
