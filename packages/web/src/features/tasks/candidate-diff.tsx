import { toErrorInfo, type DiffFile } from '@pilotlight/protocol';
import { useMemo, useState } from 'react';
import { RowsTable } from '../../ui/code/rows-table.tsx';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { useFileDiff } from '../review/reads.ts';
import { reviewRows } from '../review/review-rows.ts';
import { newTextOf, shownHunks } from '../review/shown-hunks.ts';
import { useDiffTokens } from '../review/use-diff-tokens.ts';
import { whyNoLines } from '../review/why-no-lines.ts';

/** What a candidate's session changed in one file, to be read. */
export function CandidateDiff({ sessionId, file }: { sessionId: string; file: DiffFile }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const look = { ignoreSpace: false };
  const { data, error } = useFileDiff(sessionId, 'session', file, look);
  const whole = useFileDiff(sessionId, 'session', file, { ...look, isWhole: true, isOn: opened.size > 0 });
  const hunks = useMemo(() => shownHunks(data?.hunks ?? []), [data]);
  const text = useMemo(() => (whole.data === undefined ? null : newTextOf(whole.data)), [whole.data]);
  const tokensOf = useDiffTokens(file.path, hunks, text);
  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  if (hunks.length === 0)
    return <Empty>{whyNoLines(data.file, data.truncated) ?? words.transcript.diff.same}</Empty>;
  const rows = reviewRows({ hunks, layout: 'unified', opened, text, attached: [] })
    .map((row) => (row.kind === 'line' ? row.line : row))
    .filter((row) => row.kind !== 'hunk' && row.kind !== 'pair' && row.kind !== 'attached');
  return (
    <>
      <RowsTable
        path={file.path}
        rows={rows}
        tokensOf={tokensOf}
        onOpen={(oldLine) => setOpened((before) => new Set(before).add(oldLine))}
      />
      {data.truncated ? (
        <p className="border-t px-3 py-1.5 text-small text-ink-3">{words.review.truncated}</p>
      ) : null}
    </>
  );
}
