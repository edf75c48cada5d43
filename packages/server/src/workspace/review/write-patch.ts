import type { RawHunk } from './parse-patch.ts';

/**
 * A patch of some hunks of one file, for `git apply`. git looks for a hunk first where its header says, so the side that is
 * not there yet is numbered anew.
 *
 * @param name as git writes it after `---`, quotes and all
 * @param keeps the side that is there now: `old` when the patch is applied, `new` when it is taken back
 */
export function writePatch(name: string, hunks: readonly RawHunk[], keeps: 'old' | 'new'): Buffer {
  const other = name.replace(/^("?)a\//, '$1b/');
  let shift = 0;
  const written = hunks.map((hunk) => {
    const { oldLines, newLines, body } = hunk;
    const { oldStart, newStart } = numbered(hunk, keeps, shift);
    shift += newLines - oldLines;
    return `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${body}`;
  });
  const ended = (text: string): string => (text.includes(' ') && !text.startsWith('"') ? `${text}\t` : text);
  const header = `diff --git ${name} ${other}\n--- ${ended(name)}\n+++ ${ended(other)}\n`;
  return Buffer.from(header + written.join(''), 'latin1');
}

function numbered(
  { oldStart, oldLines, newStart, newLines }: RawHunk,
  keeps: 'old' | 'new',
  shift: number,
): { oldStart: number; newStart: number } {
  // A side without lines is said by the line before it.
  const first = (start: number, lines: number): number => (lines === 0 ? start + 1 : start);
  const said = (start: number, lines: number): number => (lines === 0 ? start - 1 : start);
  if (keeps === 'old') return { oldStart, newStart: said(first(oldStart, oldLines) + shift, newLines) };
  return { oldStart: said(first(newStart, newLines) - shift, oldLines), newStart };
}
