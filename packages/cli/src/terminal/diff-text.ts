import type {
  DiffFile,
  DiffHunk,
  DiffPage,
  FileDiff,
  ReviewAction,
  ReviewComment,
  ReviewPlan,
} from '@pilotlight/protocol';
import { sanitize, sanitizeLine } from './sanitize.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

const MOST_NAMED = 40;

/** Changed files, a line each. */
export function fileTable({
  files,
  total,
  truncated,
}: Pick<DiffPage, 'files' | 'total' | 'truncated'>): string {
  if (files.length === 0) return 'nothing has changed';
  const rows = files.map((file) => [file.status, countsOf(file), nameOf(file), file.viewed ? 'viewed' : '']);
  const more = total > files.length || truncated ? [`${total} files in all`] : [];
  return [table(rows), ...more].join('\n');
}

function countsOf({ additions, deletions, kind }: DiffFile): string {
  return additions === null ? kind : `+${additions} −${deletions ?? 0}`;
}

function nameOf({ path, oldPath }: DiffFile): string {
  return oldPath === null ? quoted(path) : `${quoted(oldPath)} → ${quoted(path)}`;
}

/** A path on one line, whatever is in it. */
export function quoted(path: string): string {
  return /[\p{Cc}]/u.test(path) ? JSON.stringify(path) : sanitizeLine(path, 1_000);
}

/** The hunks of a file as git shows them. `isNumbered`: with the numbers by which they are picked. */
export function patchText({ file, hunks, truncated }: FileDiff, style: Style, isNumbered = false): string {
  const notes = [
    ...(hunks.length === 0 ? [file.kind === 'text' ? 'no lines changed' : file.kind] : []),
    ...(truncated ? ['the rest is too large to be shown'] : []),
  ];
  return [
    style.bold(`${file.status} ${nameOf(file)}`),
    ...hunks.map((hunk, at) => hunkText(hunk, style, isNumbered ? `hunk ${at + 1} ` : '')),
    ...notes.map((note) => style.dim(note)),
  ].join('\n');
}

function hunkText(
  { oldStart, oldLines, newStart, newLines, section, lines }: DiffHunk,
  style: Style,
  number: string,
): string {
  const head =
    `${number}@@ -${oldStart},${oldLines} +${newStart},${newLines} @@ ${sanitizeLine(section)}`.trimEnd();
  const shown = lines.map(({ kind, text }) => {
    const line = sanitize(text);
    if (kind === 'added') return style.green(`+${line}`);
    return kind === 'removed' ? style.red(`-${line}`) : ` ${line}`;
  });
  return [style.dim(head), ...shown].join('\n');
}

export function commentText({
  id,
  path,
  startLine,
  endLine,
  text,
  outdated,
  sentTurnId,
}: ReviewComment): string {
  const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  const state = [sentTurnId === null ? 'draft' : 'sent', ...(outdated ? ['outdated'] : [])].join(', ');
  return `${id}  ${quoted(path)}:${lines}  ${state}\n  ${sanitizeLine(text, 500)}`;
}

export function planText(plan: ReviewPlan): string {
  const named = plan.files.slice(0, MOST_NAMED).map((path) => `  ${quoted(path)}`);
  const more = plan.fileCount > named.length ? [`  and ${plan.fileCount - named.length} more`] : [];
  const conflicts = plan.conflicts.slice(0, MOST_NAMED);
  const commits = plan.commits
    .slice(0, MOST_NAMED)
    .map(({ id, subject }) => `  ${id.slice(0, 8)} ${sanitizeLine(subject)}`);
  return [
    ...plan.steps.map((step) => sanitizeLine(step, 500)),
    ...commits,
    ...(named.length === 0 ? [] : ['Files:', ...named, ...more]),
    ...(plan.conflicts.length === 0 ? [] : [`Will be in conflict: ${conflicts.map(quoted).join(', ')}`]),
    ...plan.notes.map((note) => sanitizeLine(note, 500)),
    `Undo: ${plan.undo.possible ? '' : 'not possible. '}${plan.undo.how}`,
  ].join('\n');
}

export function actionText({ id, summary, url, conflicts, undo }: ReviewAction): string {
  return [
    sanitizeLine(summary, 500),
    ...(url === null ? [] : [sanitizeLine(url, 500)]),
    ...conflicts.map(({ path }) => `  in conflict: ${quoted(path)}`),
    ...(undo.possible ? [`undo: pilotlight undo ${id}`] : []),
  ].join('\n');
}
