import { Plus } from 'lucide-react';
import { memo } from 'react';
import { cx } from '../../ui/class-names.ts';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import type { CodeToken } from '../../ui/code/highlight.ts';
import { markedTokens } from '../../ui/code/marked-line.ts';
import * as words from '../../words/index.ts';
import { numberOn, type Side } from './review-rows.ts';

const TINT: Record<DiffLine['kind'], string> = { same: '', added: 'bg-added', removed: 'bg-removed' };
const SIGN: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−' };
const STRONG: Record<DiffLine['kind'], string> = {
  same: '',
  added: 'bg-added-strong',
  removed: 'bg-removed-strong',
};

export interface LineLook {
  wrap: boolean;
  /** characters of the longest line number */
  digits: number;
}

interface UnifiedLineProps {
  line: DiffLine;
  tokens: readonly CodeToken[] | undefined;
  look: LineLook;
  /** of a conflict marker, what it begins or ends */
  mark: string | null;
  isChosen: boolean;
}

/** A line with both its numbers; pressing the numbers writes about it. */
export const UnifiedLine = memo(function UnifiedLine(props: UnifiedLineProps) {
  const { line, tokens, look, mark, isChosen } = props;
  const side: Side = line.newLine === null ? 'old' : 'new';
  const tint = tintOf(line, mark, isChosen);
  return (
    <div className={cx('group/line flex', tint)}>
      {/* What does not wrap is moved below the numbers. */}
      <Gutter
        side={side}
        number={numberOn(line, side)}
        className={look.wrap ? 'relative' : cx('sticky left-0 z-10', tint === '' ? 'bg-base' : tint)}
      >
        <Number value={line.oldLine} digits={look.digits} />
        <Number value={line.newLine} digits={look.digits} />
      </Gutter>
      <Code line={line} tokens={tokens} wrap={look.wrap} mark={mark} />
    </div>
  );
});

interface SplitLineProps {
  left: DiffLine | null;
  right: DiffLine | null;
  leftTokens: readonly CodeToken[] | undefined;
  rightTokens: readonly CodeToken[] | undefined;
  look: LineLook;
  /** of a conflict marker on the right, what it begins or ends */
  mark: string | null;
  /** the side of which this row's line is chosen */
  chosen: Side | null;
}

/** The line as it was and as it is, beside each other. */
export const SplitLine = memo(function SplitLine(props: SplitLineProps) {
  const { left, right, leftTokens, rightTokens, look, mark, chosen } = props;
  return (
    <div className="flex">
      <Half side="old" line={left} tokens={leftTokens} look={look} mark={null} isChosen={chosen === 'old'} />
      <Half
        side="new"
        line={right}
        tokens={rightTokens}
        look={look}
        mark={mark}
        isChosen={chosen === 'new'}
      />
    </div>
  );
});

function Half(props: {
  side: Side;
  line: DiffLine | null;
  tokens: readonly CodeToken[] | undefined;
  look: LineLook;
  mark: string | null;
  isChosen: boolean;
}) {
  const { side, line, tokens, look, mark, isChosen } = props;
  const edge = side === 'new' && 'border-l border-line';
  if (line === null) return <div className={cx('min-w-0 flex-1 basis-0 bg-sunken', edge)} />;
  return (
    <div
      data-side={side}
      className={cx('group/line flex min-w-0 flex-1 basis-0', tintOf(line, mark, isChosen), edge)}
    >
      <Gutter side={side} number={numberOn(line, side)} className="relative">
        <Number value={numberOn(line, side)} digits={look.digits} />
      </Gutter>
      <Code line={line} tokens={tokens} wrap={look.wrap} mark={mark} />
    </div>
  );
}

function tintOf(line: DiffLine, mark: string | null, isChosen: boolean): string {
  return mark !== null || isChosen ? 'bg-flame-wash' : TINT[line.kind];
}

/** The keyboard reaches the lines by the list they stand in, so this is for a pointer alone. */
function Gutter(props: { side: Side; number: number | null; className: string; children: React.ReactNode }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      data-gutter={props.side}
      className={cx(
        'flex shrink-0 touch-none items-start self-stretch text-ink-3 select-none hover:text-ink',
        props.className,
      )}
    >
      {props.children}
      <span className="sr-only">{words.review.write(props.number ?? 0)}</span>
      <span
        aria-hidden
        className="absolute top-0.5 right-0 flex size-4 items-center justify-center rounded-sm bg-flame text-on-flame opacity-0 group-hover/line:opacity-100"
      >
        <Plus size={12} strokeWidth={2.25} />
      </span>
    </button>
  );
}

function Number({ value, digits }: { value: number | null; digits: number }) {
  return (
    <span aria-hidden className="box-content pr-2 pl-2 text-right" style={{ width: `${digits}ch` }}>
      {value}
    </span>
  );
}

function Code(props: {
  line: DiffLine;
  tokens: readonly CodeToken[] | undefined;
  wrap: boolean;
  mark: string | null;
}) {
  const { line, tokens, wrap, mark } = props;
  const text = mark === null ? <Text line={line} tokens={tokens} /> : line.text;
  return (
    <div className={cx('flex min-w-0 flex-1 pr-3', wrap ? 'whitespace-pre-wrap' : 'whitespace-pre')}>
      <span className="w-[2ch] shrink-0 pl-[0.5ch] text-ink-3 select-none" aria-hidden>
        {SIGN[line.kind]}
      </span>
      <span
        className={cx(
          'min-w-0',
          wrap ? '[overflow-wrap:anywhere]' : 'overflow-hidden',
          mark !== null && 'font-medium text-flame-ink',
        )}
      >
        {wrap ? text : <span className="inline-block [transform:translateX(var(--code-x,0))]">{text}</span>}
      </span>
      {mark === null || mark === '' ? null : (
        <span className="min-w-0 truncate pl-3 font-sans text-small leading-5 text-ink-2">{mark}</span>
      )}
    </div>
  );
}

function Text({ line, tokens }: { line: DiffLine; tokens: readonly CodeToken[] | undefined }) {
  if (tokens === undefined && line.marks.length === 0) return line.text;
  return markedTokens(line.text, tokens, line.marks).map(({ text, color, isMarked }, at) =>
    color === null && !isMarked ? (
      text
    ) : (
      <span
        key={at}
        {...(color === null ? {} : { style: { color } })}
        {...(isMarked ? { className: cx('rounded-sm', STRONG[line.kind]) } : {})}
      >
        {text}
      </span>
    ),
  );
}
