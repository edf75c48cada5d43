import type { Mark as MarkName } from '../live/groups.ts';
import * as words from '../words/index.ts';
import { cx } from './class-names.ts';

/** State is shape and word, never colour alone: a filled diamond asks, a ring runs, a tick is done, a cross failed. */
export function Mark({ mark, withWord = false }: { mark: MarkName; withWord?: boolean }) {
  const word = words.marks[mark];
  return (
    <span className="inline-flex items-center gap-1.5" data-live={mark === 'running' ? '' : undefined}>
      <svg
        viewBox="0 0 12 12"
        className="size-3 shrink-0"
        role={withWord ? undefined : 'img'}
        aria-hidden={withWord}
      >
        {withWord ? null : <title>{word}</title>}
        {SHAPES[mark]}
      </svg>
      {withWord ? <span className={cx('text-small', INK[mark])}>{word}</span> : null}
    </span>
  );
}

const INK: Record<MarkName, string> = {
  question: 'text-flame-ink font-medium',
  held: 'text-flame-ink font-medium',
  failed: 'text-bad',
  review: 'text-good',
  done: 'text-good',
  running: 'text-flame-ink',
  queued: 'text-ink-2',
  idle: 'text-ink-3',
};

const SHAPES: Record<MarkName, React.ReactNode> = {
  question: <path d="M6 0.8 11.2 6 6 11.2 0.8 6Z" className="fill-flame" />,
  held: <path d="M3.5 2v8M8.5 2v8" className="stroke-flame" strokeWidth="2.25" strokeLinecap="round" />,
  failed: (
    <path
      d="M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5"
      className="stroke-bad"
      strokeWidth="1.75"
      strokeLinecap="round"
    />
  ),
  review: <rect x="1.5" y="1.5" width="9" height="9" rx="2.5" className="fill-good" />,
  done: (
    <path
      d="M2 6.4 4.8 9 10 3.2"
      fill="none"
      className="stroke-good"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  running: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" className="stroke-flame" strokeWidth="1.75" />
      <circle cx="6" cy="6" r="1.6" className="fill-flame" />
    </>
  ),
  queued: (
    <circle
      cx="6"
      cy="6"
      r="4.4"
      fill="none"
      className="stroke-ink-3"
      strokeWidth="1.5"
      strokeDasharray="2 2"
    />
  ),
  idle: <circle cx="6" cy="6" r="2" className="fill-line-strong" />,
};
