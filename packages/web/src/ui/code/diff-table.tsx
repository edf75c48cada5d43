import { useMemo, useState } from 'react';
import * as words from '../../words/index.ts';
import { diffRows, gapRows, type DiffLine, type DiffRow } from './diff-rows.ts';
import type { DiffViewProps } from './diff-view.tsx';
import type { CodeToken } from './highlight.ts';
import { languageOf } from './language.ts';
import { RowsTable } from './rows-table.tsx';
import { useTokens } from './use-tokens.ts';

/** The difference of two texts; loaded by `DiffView` when the first is shown. */
export function DiffTable({ path, oldText, newText, layout = 'unified' }: DiffViewProps) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const base = useMemo(() => diffRows(oldText ?? '', newText), [oldText, newText]);
  const language = languageOf(path);
  const oldTokens = useTokens(oldText ?? '', oldText === null ? null : language);
  const newTokens = useTokens(newText, language);
  const rows = base.flatMap((row): DiffRow[] =>
    row.kind === 'gap' && opened.has(row.oldLine) ? gapRows(row, oldText ?? '') : [row],
  );
  const tokensOf = (line: DiffLine): CodeToken[] | undefined =>
    line.newLine === null ? oldTokens?.[(line.oldLine ?? 0) - 1] : newTokens?.[line.newLine - 1];

  if (rows.every((row) => row.kind === 'gap')) {
    return <p className="px-3 py-2 text-ink-3">{words.transcript.diff.same}</p>;
  }
  return (
    <RowsTable
      path={path}
      rows={rows}
      layout={layout}
      tokensOf={tokensOf}
      onOpen={(oldLine) => setOpened((before) => new Set(before).add(oldLine))}
    />
  );
}
