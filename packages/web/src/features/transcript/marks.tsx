import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { Tooltip } from '../../ui/tooltip.tsx';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import type { Row } from './transcript-rows.ts';

const INK = { info: 'text-ink-3', warning: 'text-flame-ink', error: 'text-bad' };
const ICON = { info: Info, warning: TriangleAlert, error: CircleAlert };

/** A word in the margin that explains itself on hover and focus. */
export function ExplainedMark({
  word,
  why,
  level = 'info',
}: {
  word: string;
  why: string;
  level?: keyof typeof INK;
}) {
  return (
    <Tooltip label={why}>
      <button
        type="button"
        aria-label={`${word}: ${why}`}
        className={cx('rounded-sm border border-line px-1.5 text-micro pointer-coarse:min-h-11', INK[level])}
      >
        {word}
      </button>
    </Tooltip>
  );
}

/** What the server or the agent remarks: a mark and the remark behind it. */
export function NoticeRow({ row }: { row: Extract<Row, { kind: 'notice' }> }) {
  const { code, level, text } = row.part;
  const [word, why] = words.transcript.notices[code] ?? [words.transcript.notice, text];
  const Icon = ICON[level];
  return (
    <div className="flex min-h-7 items-start gap-2 py-1 text-small text-ink-2">
      <Icon size={15} strokeWidth={1.75} className={cx('mt-px shrink-0', INK[level])} aria-hidden />
      <ExplainedMark word={word} why={why} level={level} />
      <span className="min-w-0 break-words">{text}</span>
    </div>
  );
}

/** Something this page does not know: a quiet word, so that nothing is hidden. */
export function OpaqueRow({ row }: { row: Extract<Row, { kind: 'opaque' }> }) {
  return (
    <div className="py-0.5">
      <ExplainedMark word={words.transcript.opaqueShort} why={words.transcript.opaque(row.part.name)} />
    </div>
  );
}
