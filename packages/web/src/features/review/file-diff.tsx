import { useMemo, useState, type ReactNode, type Ref } from 'react';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import { conflictMarks } from './conflict-marks.ts';
import type { FileConflict } from './conflict-note.tsx';
import { DiffLines, type DiffLinesHandle } from './diff-lines.tsx';
import { useReviewLook } from './review-look.ts';
import { reviewRows, type Attached, type Place, type ShownHunk } from './review-rows.ts';
import { useDiffTokens } from './use-diff-tokens.ts';

/** Characters of a line that are within reach when it does not wrap. */
const MOST_WIDE = 20_000;

export interface FileDiffProps {
  path: string;
  hunks: readonly ShownHunk[];
  /** lines of the new text; null until they are here, and where there are none */
  text: readonly string[] | null;
  isWide: boolean;
  /** null: the file is in none */
  conflict: FileConflict | null;
  attached: readonly Attached[];
  chosen: Place | null;
  /** the whole text is wanted, to show what did not change */
  onNeedText(): void;
  onWrite(place: Place, code: string): void;
  onKey(key: string, hunk: number | null): boolean;
  hunkActions(hunk: number): ReactNode;
  renderAttached(key: string): ReactNode;
  ref?: Ref<DiffLinesHandle>;
}

/** The lines of one changed file, with its hunks' heads and the notes on it. */
export function FileDiff(props: FileDiffProps) {
  const { path, hunks, text, isWide, conflict, attached, ref } = props;
  const look = useReviewLook();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const layout = isWide ? look.layout : 'unified';
  const rows = useMemo(
    () => reviewRows({ hunks, layout, opened, text, attached }),
    [hunks, layout, opened, text, attached],
  );
  const tokensOf = useDiffTokens(path, hunks, text);
  const [longest, digits] = useMemo(() => widths(hunks), [hunks]);
  const lineLook = useMemo(() => ({ wrap: look.wrap, digits }), [look.wrap, digits]);
  const markOf = useMemo(() => markerWords(hunks, conflict), [hunks, conflict]);
  if (hunks.length === 0) return <Empty>{words.transcript.diff.same}</Empty>;
  return (
    <DiffLines
      {...(ref === undefined ? {} : { ref })}
      label={words.transcript.diff.of(path)}
      rows={rows}
      look={lineLook}
      layout={layout}
      longest={longest}
      tokensOf={tokensOf}
      markOf={markOf}
      chosen={props.chosen}
      onWrite={props.onWrite}
      onOpenGap={(line) => {
        props.onNeedText();
        setOpened((before) => new Set(before).add(line));
      }}
      onKey={props.onKey}
      hunkHead={(index) => <HunkHead hunk={hunks[index]}>{props.hunkActions(index)}</HunkHead>}
      attached={props.renderAttached}
    />
  );
}

/** Where a hunk stands, and what can be done with it. */
function HunkHead({ hunk, children }: { hunk: ShownHunk | undefined; children: ReactNode }) {
  if (hunk === undefined) return null;
  const { newStart, newLines, oldStart, oldLines, section } = hunk;
  const [start, lines] = newLines > 0 ? [newStart, newLines] : [oldStart, oldLines];
  return (
    <div className="sticky left-0 flex min-h-7 max-w-[100cqw] items-center gap-2 border-y border-line bg-sunken px-3 font-sans text-small text-ink-3">
      <span className="shrink-0">{words.review.hunk(start, start + lines - 1)}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-micro">{section}</span>
      {children}
    </div>
  );
}

/** Characters of the longest line and of the longest line number. */
function widths(hunks: readonly ShownHunk[]): [longest: number, digits: number] {
  let [longest, last] = [0, 1];
  for (const { lines, oldStart, oldLines, newStart, newLines } of hunks) {
    last = Math.max(last, oldStart + oldLines, newStart + newLines);
    for (const { text } of lines) longest = Math.max(longest, text.length);
  }
  return [Math.min(longest, MOST_WIDE), String(last).length];
}

/** Of a line with a conflict marker, what it begins or ends; null for every other. */
function markerWords(
  hunks: readonly ShownHunk[],
  conflict: FileConflict | null,
): (line: DiffLine) => string | null {
  if (conflict === null) return () => null;
  const marks = conflictMarks(hunks);
  const w = words.review.conflicts;
  const { ours, theirs } = conflict.sides ?? w.unnamed;
  const said = { ours, theirs, middle: '', base: w.beforeBoth };
  return ({ newLine, text }) => {
    const mark = newLine === null ? undefined : marks.get(newLine);
    if (mark === undefined) return null;
    // git's own label may say it already, as it does of a commit.
    return text.includes(said[mark].split(' ')[0] ?? '') ? '' : said[mark];
  };
}
