import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Item } from './items.ts';
import { readingPlaces } from './reading-places.ts';

/** So near to the end counts as at the end, in px. */
const NEAR = 32;

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
  const isPlaced = useRef(false);
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
    // What grows below moves the end away without moving the reader: only going up leaves it.
    if (scrollHeight - clientHeight - scrollTop <= NEAR) follow(true);
    else if (scrollTop < lastTop.current - 1) follow(false);
    lastTop.current = scrollTop;
  }, [follow]);

  const hasItems = items.length > 0;
  useLayoutEffect(() => {
    if (!hasItems || isPlaced.current) return;
    isPlaced.current = true;
    const row = readingPlaces.get(chatId)?.row;
    const index = row ? newest.current.findIndex(({ key }) => key === row.key) : -1;
    if (row && index >= 0) {
      follow(false);
      list.current?.scrollToIndex(index, { align: 'start', offset: row.offset });
    } else pin();
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
    const onWheel = ({ deltaY }: WheelEvent) => {
      if (deltaY < 0 && element.scrollTop > 0) follow(false);
    };
    element.addEventListener('wheel', onWheel, { passive: true });
    return () => element.removeEventListener('wheel', onWheel);
  }, [follow]);

  useLayoutEffect(
    () => () => {
      const handle = list.current;
      if (handle === null || !isPlaced.current) return;
      const top = lastTop.current;
      const index = handle.findItemIndex(top);
      const item = newest.current[index];
      readingPlaces.set(chatId, {
        row:
          isFollowing.current || item === undefined
            ? null
            : { key: item.key, messageId: item.messageId, offset: top - handle.getItemOffset(index) },
        sizes: handle.cache,
        count: newest.current.length,
      });
    },
    [chatId],
  );

  return { scroller, content, list, isAtEnd, onScroll, toEnd, toItem };
}
