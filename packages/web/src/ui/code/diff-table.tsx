import { UnfoldVertical } from 'lucide-react';
import { useMemo, useState } from 'react';
import { words } from '../../words/index.ts';
import { cx } from '../class-names.ts';
import { diffRows, gapRows, splitRows, type DiffRow, type SplitRow } from './diff-rows.ts';
import type { DiffViewProps } from './diff-view.tsx';
import { languageOf } from './language.ts';
import { markedTokens } from './marked-line.ts';
import { useTokens } from './use-tokens.ts';
import type { Range } from './word-marks.ts';
import type { CodeToken } from './highlight.ts';

type Gap = Extract<DiffRow, { kind: 'gap' }>;
type Line = Exclude<DiffRow, Gap>;

/** Lines shown at once; the rest on demand, so that a rewritten lock file does not stop the page. */
const SHOWN = 600;

const TINT: Record<Line['kind'], string> = { same: '', added: 'bg-added', removed: 'bg-removed' };
const SIGN: Record<Line['kind'], string> = { same: ' ', added: '+', removed: '−' };
const STRONG: Record<Line['kind'], string> = {
  same: '',
  added: 'bg-added-strong',
  removed: 'bg-removed-strong',
};

/** The table of a diff; loaded by `DiffView` when the first is shown. */
export function DiffTable({ path, oldText, newText, layout = 'unified' }: DiffViewProps) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [limit, setLimit] = useState(SHOWN);
  const base = useMemo(() => diffRows(oldText ?? '', newText), [oldText, newText]);
  const language = languageOf(path);
  const oldTokens = useTokens(oldText ?? '', oldText === null ? null : language);
  const newTokens = useTokens(newText, language);
  const rows = base.flatMap((row): DiffRow[] =>
    row.kind === 'gap' && opened.has(row.oldLine) ? gapRows(row, oldText ?? '') : [row],
  );
  const shown = rows.slice(0, limit);
  const open = (gap: Gap) => setOpened((before) => new Set(before).add(gap.oldLine));
  const tokensOf = (line: Line): CodeToken[] | undefined =>
    line.newLine === null ? oldTokens?.[(line.oldLine ?? 0) - 1] : newTokens?.[line.newLine - 1];

  if (rows.every((row) => row.kind === 'gap')) {
    return <p className="px-3 py-2 text-ink-3">{words.transcript.diff.same}</p>;
  }
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
            ? splitRows(shown).map((row, at) => <Split key={at} row={row} tokensOf={tokensOf} open={open} />)
            : shown.map((row, at) =>
                row.kind === 'gap' ? (
                  <GapRow key={at} gap={row} span={3} open={open} />
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

function Code({ line, tokens }: { line: Line; tokens: CodeToken[] | undefined }) {
  return (
    <td className={'pr-3 pl-1 whitespace-pre'}>
      <span className="text-ink-3 select-none">{SIGN[line.kind]} </span>
      <Text text={line.text} tokens={tokens} marks={line.marks} strong={STRONG[line.kind]} />
    </td>
  );
}

function Text(props: {
  text: string;
  tokens: CodeToken[] | undefined;
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
  row: SplitRow;
  tokensOf(line: Line): CodeToken[] | undefined;
  open(gap: Gap): void;
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
  line: Line;
  tokens: CodeToken[] | undefined;
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

function GapRow({ gap, span, open }: { gap: Gap; span: number; open(gap: Gap): void }) {
  return (
    <tr>
      <td colSpan={span} className="p-0">
        <button
          type="button"
          onClick={() => open(gap)}
          className="flex h-6 w-full items-center gap-2 bg-sunken px-2 font-sans text-small text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          <UnfoldVertical size={12} strokeWidth={1.75} />
          {words.transcript.diff.gap(gap.count)}
        </button>
      </td>
    </tr>
  );
}
