import { useSyncExternalStore } from 'react';
import { useConnection } from '../live/connection.ts';
import * as words from '../words/index.ts';

/** One clock for all ages on the page: a tick a second, only while somebody looks. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Text made of the time now; renders only when the text changes. */
export function useTimeText(textAt: (now: number) => string): string {
  return useSyncExternalStore(subscribe, () => textAt(Math.max(now, Date.now() - 1000)));
}

/** `4 min`, `2 h`, `3 d`: how long ago; its title has the full date. */
export function Ago({ at }: { at: number }) {
  const text = useTimeText((time) => words.time.ago(time - at));
  return (
    <time data-live="" dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {text}
    </time>
  );
}

/** `12 s`, `3:05`: how long something has been going on. Stands still while nobody knows whether it still does. */
export function Elapsed({ since }: { since: number }) {
  const lostAt = useConnection((state) => (state.connection === 'lost' ? state.since : null));
  return <span data-live="">{useTimeText((time) => words.time.duration((lostAt ?? time) - since))}</span>;
}
