import { emptyIndexState, type IndexState } from '@pilotlight/protocol';
import { useRef, useSyncExternalStore } from 'react';
import { connectionChanged, noteSignedOut } from './connection.ts';
import { PacedStore } from './paced-store.ts';
import { server } from './server.ts';

interface IndexView {
  /** false until the first snapshot */
  isLoaded: boolean;
  index: IndexState;
}

const store = new PacedStore<IndexView>({ isLoaded: false, index: emptyIndexState() });

/** Follows the index for as long as the page lives. */
export function followIndex(): () => void {
  const following = server.followIndex({
    onState: (index) => store.set({ isLoaded: true, index }),
    onStatus: connectionChanged,
    onError: (error) => void noteSignedOut(error),
  });
  return () => following[Symbol.dispose]();
}

/** What `select` makes of the index; renders again only when that changed (shallowly, for arrays). */
export function useIndex<T>(select: (index: IndexState) => T): T {
  const last = useRef<{ index: IndexState; select: unknown; value: T } | null>(null);
  return useSyncExternalStore(store.subscribe, () => {
    const { index } = store.snapshot();
    if (last.current?.index === index && last.current.select === select) return last.current.value;
    const value = select(index);
    const kept = last.current !== null && isSame(last.current.value, value) ? last.current.value : value;
    last.current = { index, select, value: kept };
    return kept;
  });
}

export function useIsIndexLoaded(): boolean {
  return useSyncExternalStore(store.subscribe, () => store.snapshot().isLoaded);
}

/** The index now, for event handlers. */
export function currentIndex(): IndexState {
  return store.value.index;
}

/** For what watches the index beside the components: calls after each change that was told. */
export function watchIndex(listener: (index: IndexState) => void): () => void {
  return store.subscribe(() => listener(store.snapshot().index));
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, at) => Object.is(item, b[at]));
}
