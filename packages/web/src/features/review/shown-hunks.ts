import type { DiffHunk, FileDiff } from '@pilotlight/protocol';
import type { DiffLine } from '../../ui/code/diff-rows.ts';
import { withMarks } from '../../ui/code/word-marks.ts';
import type { ShownHunk } from './review-rows.ts';

const KINDS = { context: 'same', added: 'added', removed: 'removed' } as const;

/** The hunks as they are shown, with what changed inside their lines marked. */
export function shownHunks(hunks: readonly DiffHunk[]): ShownHunk[] {
  return hunks.map(({ oldStart, oldLines, newStart, newLines, section, lines }) => ({
    oldStart,
    oldLines,
    newStart,
    newLines,
    section,
    lines: withMarks(
      lines.map((line): DiffLine => ({
        kind: KINDS[line.kind],
        oldLine: line.old,
        newLine: line.new,
        text: line.text.replace(/\r$/, ''),
        marks: [],
      })),
    ),
  }));
}

/** The lines of the new text, from a diff that was read with all of its lines. */
export function newTextOf({ hunks }: FileDiff): string[] {
  return hunks.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.new === null ? [] : [line.text.replace(/\r$/, '')])),
  );
}
