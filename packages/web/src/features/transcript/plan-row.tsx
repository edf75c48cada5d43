import { ListChecks } from 'lucide-react';
import type { PlanEntry } from '@pilotlight/protocol';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import type { Row } from './transcript-rows.ts';

/** The agent's plan as it stands now; it ticks in place. */
export function PlanRow({ row }: { row: Extract<Row, { kind: 'plan' }> }) {
  const { entries } = row.part;
  const done = entries.filter(({ status }) => status === 'completed').length;
  return (
    <section aria-label={words.transcript.plan} className="rounded-lg border border-line px-3 py-2">
      <header className="flex h-6 items-center gap-2 text-small text-ink-3">
        <ListChecks size={15} strokeWidth={1.75} aria-hidden />
        <span>{words.transcript.plan}</span>
        <span className="ml-auto">{words.transcript.planDone(done, entries.length)}</span>
      </header>
      <ol className="mt-1">
        {entries.map((entry, at) => (
          <Entry key={at} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry: { content, status } }: { entry: PlanEntry }) {
  return (
    <li className="flex items-start gap-2 py-0.5 text-ui">
      <svg
        viewBox="0 0 12 12"
        className="mt-1 size-3 shrink-0"
        role="img"
        aria-label={words.transcript.planState[status]}
      >
        {SHAPES[status]}
      </svg>
      <span
        className={cx(
          'min-w-0 break-words',
          status === 'completed' && 'text-ink-3',
          status === 'in_progress' && 'font-medium text-ink',
          status === 'pending' && 'text-ink-2',
        )}
      >
        {content}
      </span>
    </li>
  );
}

const SHAPES: Record<PlanEntry['status'], React.ReactNode> = {
  pending: <circle cx="6" cy="6" r="4.4" fill="none" className="stroke-line-strong" strokeWidth="1.5" />,
  in_progress: (
    <>
      <circle cx="6" cy="6" r="4.4" fill="none" className="stroke-flame" strokeWidth="1.75" />
      <circle cx="6" cy="6" r="1.6" className="fill-flame" />
    </>
  ),
  completed: (
    <path
      d="M2 6.4 4.8 9 10 3.2"
      fill="none"
      className="stroke-good"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
};
