import type { HighlightAnswer, HighlightMessage } from './highlight-worker.ts';

/** A stretch of code in one colour; null: the ink of the text around it. */
export interface CodeToken {
  text: string;
  color: string | null;
}

/** Longer code stays plain: colours help to read a screen, not a book. In characters. */
const MAX_LENGTH = 120_000;

const waiting = new Map<number, (lines: CodeToken[][] | null) => void>();
let worker: Worker | undefined;
let ids = 0;

/** One worker for the page, started with the first code that is shown. */
function theWorker(): Worker {
  if (worker !== undefined) return worker;
  worker = new Worker(new URL('./highlight-worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<HighlightAnswer>) =>
    settle(data.id, data.lines),
  );
  // Without colours code is plain, which is no error.
  worker.addEventListener('error', () => {
    for (const id of waiting.keys()) settle(id, null);
  });
  return worker;
}

function settle(id: number, lines: CodeToken[][] | null): void {
  waiting.get(id)?.(lines);
  waiting.delete(id);
}

/** The lines of `code` as coloured tokens; null when its language is unknown, it is too long, or nobody waits any more. */
export function highlight(
  code: string,
  language: string,
  signal: AbortSignal,
): Promise<CodeToken[][] | null> {
  if (code.length > MAX_LENGTH || signal.aborted) return Promise.resolve(null);
  const { promise, resolve } = Promise.withResolvers<CodeToken[][] | null>();
  const id = (ids += 1);
  waiting.set(id, resolve);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is not a window
  const send = (message: HighlightMessage) => theWorker().postMessage(message);
  send({ id, code, language });
  signal.addEventListener(
    'abort',
    () => {
      send({ cancel: id });
      settle(id, null);
    },
    { once: true },
  );
  return promise;
}
