import { UnfoldVertical } from 'lucide-react';
import {
  useImperativeHandle,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type Ref,
} from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { announce } from '../../ui/announce.ts';
import { cx } from '../../ui/class-names.ts';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import type { CodeToken } from '../../ui/code/highlight.ts';
import * as words from '../../words/index.ts';
import { SideScroll } from './side-scroll.tsx';
import { SplitLine, UnifiedLine, type LineLook } from './diff-line.tsx';
import {
  codeAt,
  hunkAt,
  isIn,
  lineOf,
  moveHunk,
  moveLine,
  placeBetween,
  type Place,
  type ReviewRow,
} from './review-rows.ts';

export interface DiffLinesHandle {
  /** Goes to the next or the previous hunk; false when there is none that way. */
  moveHunk(step: 1 | -1): boolean;
  focus(): void;
}

export interface DiffLinesProps {
  /** accessible name */
  label: string;
  rows: readonly ReviewRow[];
  layout: 'split' | 'unified';
  look: LineLook;
  tokensOf(line: DiffLine): readonly CodeToken[] | undefined;
  /** of a line with a conflict marker, what it begins or ends; null for every other */
  markOf(line: DiffLine): string | null;
  /** lines that are being written about */
  chosen: Place | null;
  /** characters of the longest line: what does not wrap needs its width */
  longest: number;
  /** `code`: what those lines say */
  onWrite(place: Place, code: string): void;
  onOpenGap(oldLine: number): void;
  hunkHead(hunk: number): ReactNode;
  attached(key: string): ReactNode;
  /** a key that means nothing here; true when it meant something there */
  onKey(key: string, hunk: number | null): boolean;
  ref?: Ref<DiffLinesHandle>;
}

const STEPS: Record<string, 1 | -1> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };
const HUNKS: Record<string, 1 | -1> = { J: 1, K: -1 };
const SIDEWAYS: Record<string, 1 | -1> = { ArrowRight: 1, ArrowLeft: -1 };
/** px that a key moves long lines */
const SIDE_STEP = 80;

/**
 * The lines of a diff; only those in view are on the page. Arrows (j, k) move over them, with Shift (arrows) more than one
 * is chosen, `c` writes about them, J and K go from hunk to hunk, Left and Right move lines that do not wrap. A pointer chooses lines by dragging over their numbers.
 */
export function DiffLines(props: DiffLinesProps) {
  const { rows, layout, look, longest, tokensOf, markOf, chosen, ref } = props;
  const list = useRef<VirtualizerHandle>(null);
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const sideBar = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const at = cursor === null ? -1 : rows.findIndex(({ key }) => key === cursor);
  const from = anchor === null ? at : rows.findIndex(({ key }) => key === anchor);
  const selected = at < 0 ? null : placeBetween(rows, from < 0 ? at : from, at);
  const isMany = anchor !== null && anchor !== cursor;

  const go = (to: number, extend: boolean) => {
    const row = rows[to];
    const found = lineOf(row);
    if (row === undefined || found === null) return;
    setAnchor(extend ? (anchor ?? cursor ?? row.key) : null);
    setCursor(row.key);
    list.current?.scrollToIndex(to, { align: 'nearest' });
    announce(words.review.spokenLine(found.line));
  };
  const toHunk = (step: 1 | -1): boolean => {
    const next = moveHunk(rows, at, step);
    if (next === null) return false;
    go(next, false);
    list.current?.scrollToIndex(Math.max(0, next - 1), { align: 'start' });
    return true;
  };
  useImperativeHandle(ref, () => ({ moveHunk: toHunk, focus: () => frame.current?.focus() }));

  const isSplit = layout === 'split';
  const moveSideways = (by: number) => {
    const moved = isSplit ? sideBar.current : scroller.current;
    if (moved !== null) moved.scrollLeft += by;
  };
  const write = (place: Place) => props.onWrite(place, codeAt(rows, place));
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const step = STEPS[event.key];
    const hunk = HUNKS[event.key];
    const sideways = SIDEWAYS[event.key];
    if (step !== undefined) go(moveLine(rows, at, step), event.shiftKey && event.key.startsWith('Arrow'));
    else if (hunk !== undefined) toHunk(hunk);
    else if (sideways !== undefined) moveSideways(sideways * SIDE_STEP);
    else if ((event.key === 'c' || event.key === 'Enter') && selected !== null) write(selected);
    else if (!props.onKey(event.key, at < 0 ? null : hunkAt(rows, at))) return;
    event.preventDefault();
  };

  const drag = useDrag(rows, (place) => {
    setAnchor(null);
    write(place);
  });
  const shownPlace = drag.place ?? chosen ?? (isMany ? selected : null);

  const width = look.wrap || isSplit ? undefined : `calc(${longest + 2 * look.digits + 6}ch + 44px)`;
  return (
    <div
      ref={frame}
      role="group"
      aria-label={props.label}
      aria-description={words.review.linesAbout}
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...drag.handlers}
      onWheel={({ deltaX, deltaY, shiftKey }) => {
        if (isSplit) moveSideways(shiftKey && deltaX === 0 ? deltaY : deltaX);
      }}
      className={cx(
        'group/lines relative flex min-h-0 flex-1 flex-col focus-visible:outline-none',
        // An outline would be below the lines.
        'focus-visible:after:pointer-events-none focus-visible:after:absolute focus-visible:after:inset-0',
        'focus-visible:after:z-20 focus-visible:after:border-2 focus-visible:after:border-flame',
      )}
    >
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto font-mono text-code [contain:strict]">
        <div style={width === undefined ? undefined : { minWidth: width }}>
          <Virtualizer ref={list} scrollRef={scroller} data={rows as ReviewRow[]} itemSize={20}>
            {(row: ReviewRow, index: number) => (
              <div
                key={row.key}
                data-at={index}
                className={cx(
                  'relative',
                  index === at &&
                    'before:absolute before:inset-y-0 before:left-0 before:z-10 before:w-0.5 before:bg-flame',
                )}
              >
                {row.kind === 'line' ? (
                  <UnifiedLine
                    line={row.line}
                    tokens={tokensOf(row.line)}
                    look={look}
                    mark={markOf(row.line)}
                    isChosen={isIn(shownPlace, row.line)}
                  />
                ) : row.kind === 'pair' ? (
                  <SplitLine
                    left={row.left}
                    right={row.right}
                    leftTokens={row.left === null ? undefined : tokensOf(row.left)}
                    rightTokens={row.right === null ? undefined : tokensOf(row.right)}
                    look={look}
                    mark={row.right === null ? null : markOf(row.right)}
                    chosen={
                      isIn(shownPlace, shownPlace?.side === 'old' ? row.left : row.right)
                        ? (shownPlace?.side ?? null)
                        : null
                    }
                  />
                ) : row.kind === 'gap' ? (
                  <Gap count={row.count} onOpen={() => props.onOpenGap(row.oldLine)} />
                ) : row.kind === 'hunk' ? (
                  props.hunkHead(row.hunk)
                ) : (
                  props.attached(row.key)
                )}
              </div>
            )}
          </Virtualizer>
        </div>
      </div>
      {isSplit && !look.wrap ? (
        <SideScroll ref={sideBar} frame={frame} width={`calc(50% + ${longest + look.digits + 3}ch + 28px)`} />
      ) : null}
    </div>
  );
}

function Gap({ count, onOpen }: { count: number | null; onOpen(): void }) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className="sticky left-0 flex h-6 w-full max-w-[100cqw] items-center gap-2 bg-sunken px-3 font-sans text-small text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:h-11"
    >
      <UnfoldVertical size={12} strokeWidth={1.75} />
      {count === null ? words.review.gapToEnd : words.transcript.diff.gap(count)}
    </button>
  );
}

/** Lines chosen by dragging over their numbers; pressing one number chooses that line. */
function useDrag(rows: readonly ReviewRow[], onChosen: (place: Place) => void) {
  const [range, setRange] = useState<{ from: number; to: number; side: Place['side'] } | null>(null);
  const place = range === null ? null : placeBetween(rows, range.from, range.to, range.side);
  const indexOf = (element: Element | null): number => {
    const at = element?.closest('[data-at]')?.getAttribute('data-at');
    return at === null || at === undefined ? -1 : Number(at);
  };
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      const gutter = (event.target as Element).closest('[data-gutter]');
      const from = indexOf(gutter);
      if (gutter === null || from < 0 || event.button !== 0) return;
      // Else the press would take the focus from the list to a button that is about to go.
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      setRange({ from, to: from, side: gutter.getAttribute('data-gutter') as Place['side'] });
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      if (range === null) return;
      const to = indexOf(document.elementFromPoint(event.clientX, event.clientY));
      if (to >= 0 && to !== range.to) setRange({ ...range, to });
    },
    onPointerUp() {
      setRange(null);
      if (place !== null) onChosen(place);
    },
    onPointerCancel: () => setRange(null),
  };
  return { place, handlers };
}
