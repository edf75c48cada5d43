import { structuredPatch } from 'diff';

export interface DiffLine {
  kind: 'context' | 'added' | 'removed' | 'gap';
  text: string;
  /** in the old text and in the new one, from 1; null where the line is not */
  before: number | null;
  after: number | null;
}

export interface CompactDiff {
  lines: DiffLine[];
  additions: number;
  deletions: number;
}

/** The changed lines with three lines around each; `gap` stands for what was left out between. */
export function compactDiff(oldText: string | null, newText: string): CompactDiff {
  const { hunks } = structuredPatch('', '', oldText ?? '', newText, '', '', { context: 3 });
  const lines: DiffLine[] = [];
  for (const [index, hunk] of hunks.entries()) {
    if (index > 0) lines.push({ kind: 'gap', text: '', before: null, after: null });
    let before = hunk.oldStart;
    let after = hunk.newStart;
    for (const line of hunk.lines) {
      const text = line.slice(1);
      // `\ No newline at end of file` belongs to the line before it.
      if (line.startsWith('\\')) continue;
      if (line.startsWith('+')) lines.push({ kind: 'added', text, before: null, after: after++ });
      else if (line.startsWith('-')) lines.push({ kind: 'removed', text, before: before++, after: null });
      else lines.push({ kind: 'context', text, before: before++, after: after++ });
    }
  }
  const count = (kind: DiffLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  return { lines, additions: count('added'), deletions: count('removed') };
}
