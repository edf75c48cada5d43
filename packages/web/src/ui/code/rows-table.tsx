import { UnfoldVertical } from 'lucide-react';
import { useState } from 'react';
import * as words from '../../words/index.ts';
import { cx } from '../class-names.ts';
import { splitRows, type DiffLine, type SplitRow } from './diff-rows.ts';
import type { CodeToken } from './highlight.ts';
import { markedTokens } from './marked-line.ts';
import type { Range } from './word-marks.ts';

/** Lines that did not change and are not shown, from `oldLine` on; a `count` of null: as many as follow. */
interface Gap {
  kind: 'gap';
  oldLine: number;
  count: number | null;
}

export interface RowsTableProps {
  /** of the file, for the accessible name */
  path: string;
  rows: readonly (DiffLine | Gap)[];
  layout?: 'unified' | 'split';
  tokensOf(line: DiffLine): readonly CodeToken[] | undefined;
  /** the lines of the gap that begins there are wanted */
  onOpen(oldLine: number): void;
}

/** Lines shown at once; the rest on demand, so that a rewritten lock file does not stop the page. */
const SHOWN = 600;

const TINT: Record<DiffLine['kind'], string> = { same: '', added: 'bg-added', removed: 'bg-removed' };
const SIGN: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−' };
const STRONG: Record<DiffLine['kind'], string> = {
  same: '',
  added: 'bg-added-strong',
  removed: 'bg-removed-strong',
};

/** The lines of a diff to be read, as a table that is as high as they are. */
export function RowsTable({ path, rows, layout = 'unified', tokensOf, onOpen }: RowsTableProps) {
  const [limit, setLimit] = useState(SHOWN);
  const shown = rows.slice(0, limit);
  return (
    <div
      className="overflow-x-auto py-1 font-mono text-code"
      role="group"
      aria-label={words.transcript.diff.of(path)}
    >
      <table className={cx('border-collapse', layout === 'split' ? 'w-full table-fixed' : 'min-w-full')}>
        {layout === 'split' ? (
          <colgroup>
            <col className="w-10" />
            <col />
            <col className="w-10" />
            <col />
          </colgroup>
        ) : null}
        <tbody>
          {layout === 'split'
            ? splitRows(shown).map((row, at) => (
                <Split key={at} row={row} tokensOf={tokensOf} open={onOpen} />
              ))
            : shown.map((row, at) =>
                row.kind === 'gap' ? (
                  <GapRow key={at} gap={row} span={3} open={onOpen} />
                ) : (
                  <tr key={at} className={TINT[row.kind]}>
                    <Number value={row.oldLine} />
                    <Number value={row.newLine} />
                    <Code line={row} tokens={tokensOf(row)} />
                  </tr>
                ),
              )}
        </tbody>
      </table>
      {rows.length > limit ? (
        <button
          type="button"
          className="mx-2 my-1 rounded-md px-2 py-1 font-sans text-small text-ink-2 hover:bg-hover pointer-coarse:min-h-11"
          onClick={() => setLimit(limit * 4)}
        >
          {words.transcript.diff.more(rows.length - limit)}
        </button>
      ) : null}
    </div>
  );
}

function Number({ value }: { value: number | null }) {
  return (
    <td
      className="w-px min-w-9 px-1.5 text-right align-top text-ink-3 select-none"
      aria-hidden={value === null}
    >
      {value}
    </td>
  );
}

function Code({ line, tokens }: { line: DiffLine; tokens: readonly CodeToken[] | undefined }) {
  return (
    <td className={'pr-3 pl-1 whitespace-pre'}>
      <span className="text-ink-3 select-none">{SIGN[line.kind]} </span>
      <Text text={line.text} tokens={tokens} marks={line.marks} strong={STRONG[line.kind]} />
    </td>
  );
}

function Text(props: {
  text: string;
  tokens: readonly CodeToken[] | undefined;
  marks: readonly Range[];
  strong: string;
}) {
  if (props.tokens === undefined && props.marks.length === 0) return props.text;
  return markedTokens(props.text, props.tokens, props.marks).map(({ text, color, isMarked }, at) => (
    <span
      key={at}
      {...(color === null ? {} : { style: { color } })}
      {...(isMarked ? { className: cx('rounded-sm', props.strong) } : {})}
    >
      {text}
    </span>
  ));
}

function Split(props: {
  row: SplitRow<Gap>;
  tokensOf(line: DiffLine): readonly CodeToken[] | undefined;
  open(oldLine: number): void;
}) {
  const { row, tokensOf, open } = props;
  if (row.kind === 'gap') return <GapRow gap={row} span={4} open={open} />;
  return (
    <tr>
      {[row.left, row.right].map((line, side) => {
        if (line === null) return <td key={side} colSpan={2} className="bg-sunken" />;
        return (
          <SplitHalf
            key={side}
            line={line}
            tokens={tokensOf(line)}
            number={side === 0 ? line.oldLine : line.newLine}
          />
        );
      })}
    </tr>
  );
}

function SplitHalf({
  line,
  tokens,
  number,
}: {
  line: DiffLine;
  tokens: readonly CodeToken[] | undefined;
  number: number | null;
}) {
  return (
    <>
      <td className={cx('px-1.5 text-right align-top text-ink-3 select-none', TINT[line.kind])}>{number}</td>
      <td className={cx('pr-3 pl-1 align-top break-words whitespace-pre-wrap', TINT[line.kind])}>
        <Text text={line.text} tokens={tokens} marks={line.marks} strong={STRONG[line.kind]} />
      </td>
    </>
  );
}

function GapRow({ gap, span, open }: { gap: Gap; span: number; open(oldLine: number): void }) {
  return (
    <tr>
      <td colSpan={span} className="p-0">
        <button
          type="button"
          onClick={() => open(gap.oldLine)}
          className="flex h-6 w-full items-center gap-2 bg-sunken px-2 font-sans text-small text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          <UnfoldVertical size={12} strokeWidth={1.75} />
          {gap.count === null ? words.review.gapToEnd : words.transcript.diff.gap(gap.count)}
        </button>
      </td>
    </tr>
  );
}
