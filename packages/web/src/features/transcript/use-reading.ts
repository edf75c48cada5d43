import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Item } from './items.ts';
import { readingPlaces, type ReadingPlace } from './reading-places.ts';

/** Room above the first row, in px. The list must know of it: it counts it where it scrolls, and not in a row's offset. */
export const TOP = 8;
/** So near to the end counts as at the end, in px. */
const NEAR = 32;
/** How long after a wheel, a finger or a key what scrolls counts as the reader's doing, in ms. */
const INPUT = 400;

export interface Reading {
  scroller: RefObject<HTMLDivElement | null>;
  /** around what scrolls; its height is that of the whole transcript */
  content: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
  isAtEnd: boolean;
  onScroll(): void;
  toEnd(): void;
  /** Scrolls an item to the upper part of the view; the reader no longer follows the end. */
  toItem(index: number): void;
}

/**
 * Where the reader is. At the end the transcript follows what comes; anywhere else it stays, whatever comes. Going back to
 * a chat goes back to the place.
 *
 *   following ──reader moves up──▶ staying ──reader reaches the end, or jumps──▶ following
 */
export function useReading(chatId: string, items: readonly Item[]): Reading {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const isFollowing = useRef(true);
  const lastTop = useRef(0);
  const lastHeight = useRef(0);
  const lastInput = useRef(-INPUT);
  const isPlaced = useRef(false);
  /** the view has gone where it was sent */
  const isSettled = useRef(false);
  const newest = useRef(items);
  newest.current = items;
  const [isAtEnd, setIsAtEnd] = useState(true);

  const follow = useCallback((following: boolean) => {
    isFollowing.current = following;
    setIsAtEnd(following);
  }, []);

  const pin = useCallback(() => {
    const element = scroller.current;
    if (element === null || !isFollowing.current || !isPlaced.current) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
    lastHeight.current = element.scrollHeight;
    isSettled.current = true;
  }, []);

  const toEnd = useCallback(() => {
    follow(true);
    pin();
  }, [follow, pin]);

  const toItem = useCallback(
    (index: number) => {
      follow(false);
      list.current?.scrollToIndex(index, { align: 'start', offset: -48 });
    },
    [follow],
  );

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null || !isPlaced.current) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const hasGrown = scrollHeight !== lastHeight.current;
    const isUp = scrollTop < lastTop.current - 1;
    const isMoved = !hasGrown || performance.now() - lastInput.current < INPUT;
    lastTop.current = scrollTop;
    lastHeight.current = scrollHeight;
    isSettled.current = true;
    if (scrollHeight - clientHeight - scrollTop <= NEAR) follow(true);
    // Rows that turn out larger or smaller move the view too; only what somebody did leaves the end.
    else if (isUp && isMoved) follow(false);
    else pin();
  }, [follow, pin]);

  const hasItems = items.length > 0;
  useLayoutEffect(() => {
    if (!hasItems) return;
    const row = readingPlaces.get(chatId)?.row;
    const index = row ? newest.current.findIndex(({ key }) => key === row.key) : -1;
    isPlaced.current = true;
    isSettled.current = false;
    if (row && index >= 0) {
      follow(false);
      list.current?.scrollToIndex(index, { align: 'start', offset: row.offset });
    } else {
      follow(true);
      pin();
    }
    const handle = list.current;
    return () => {
      isPlaced.current = false;
      // Not before the list went there: then the place known before is still the right one.
      if (handle === null || !isSettled.current) return;
      readingPlaces.set(chatId, placeOf(handle, newest.current, isFollowing.current));
    };
  }, [chatId, hasItems, follow, pin]);

  useLayoutEffect(pin, [items, pin]);

  // The list measures rows after they are there, and the pane may change its size: the end stays the end.
  useEffect(() => {
    const observer = new ResizeObserver(pin);
    for (const element of [scroller.current, content.current])
      if (element !== null) observer.observe(element);
    return () => observer.disconnect();
  }, [pin]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const listening = new AbortController();
    const noteInput = () => (lastInput.current = performance.now());
    for (const type of ['wheel', 'touchmove', 'keydown', 'pointermove', 'pointerdown']) {
      element.addEventListener(
        type,
        (event) => {
          if (event instanceof PointerEvent && event.buttons === 0) return;
          noteInput();
          // Before the next frame pins the end again.
          if (event instanceof WheelEvent && event.deltaY < 0 && element.scrollTop > 0) follow(false);
        },
        { passive: true, signal: listening.signal },
      );
    }
    return () => listening.abort();
  }, [follow]);

  return { scroller, content, list, isAtEnd, onScroll, toEnd, toItem };
}

function placeOf(list: VirtualizerHandle, items: readonly Item[], isFollowing: boolean): ReadingPlace {
  const index = list.findItemIndex(list.scrollOffset);
  const item = items[index];
  const row =
    isFollowing || item === undefined
      ? null
      : {
          key: item.key,
          messageId: item.messageId,
          offset: list.scrollOffset - list.getItemOffset(index) - TOP,
        };
  return { row, sizes: list.cache, count: items.length };
}
