import type { DiffFile } from '@pilotlight/protocol';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import * as words from '../../words/index.ts';
import { splitPath } from '../changes/split-path.ts';

export const STATUS_INK: Record<DiffFile['status'], string> = {
  added: 'text-good',
  untracked: 'text-good',
  copied: 'text-good',
  modified: 'text-flame-ink',
  renamed: 'text-flame-ink',
  deleted: 'text-bad',
  conflicted: 'text-bad',
};

export interface FileRowProps {
  file: DiffFile;
  /** all of the path that the list around does not say */
  name: string;
  isViewed: boolean;
  /** notes on the file that are not sent */
  notes: number;
  /** said with a mark: more than one chat wrote the file */
  shared: string | null;
}

/** What a list of changed files says of one of them. */
export function FileRow({ file, name: shown, isViewed, notes, shared }: FileRowProps) {
  const w = words.review;
  const { folder, name } = splitPath(shown.replace(/\/$/, ''));
  return (
    <>
      <span
        className={cx('w-3 shrink-0 text-center font-mono text-small', STATUS_INK[file.status])}
        aria-hidden
      >
        {words.changes.letter[file.status]}
      </span>
      <span className="sr-only">{words.changes.status[file.status]}: </span>
      <span
        className={cx('flex min-w-0 flex-1 items-baseline gap-1.5', isViewed && 'opacity-60')}
        title={titleOf(file)}
      >
        <span className={cx('max-w-[75%] shrink-0 truncate', file.status === 'deleted' && 'line-through')}>
          {name}
        </span>
        <span className="min-w-0 truncate text-small text-ink-3">
          {file.oldPath === null ? folder : words.changes.movedFrom(file.oldPath)}
        </span>
      </span>
      {shared === null ? null : (
        <span
          role="img"
          aria-label={shared}
          title={shared}
          className="shrink-0 text-small font-medium text-flame-ink"
        >
          {w.sharedMark}
        </span>
      )}
      {notes === 0 ? null : (
        <span className="shrink-0 rounded-full bg-active px-1.5 text-micro text-ink-2" title={w.notes(notes)}>
          <span aria-hidden>{notes}</span>
          <span className="sr-only">{w.notes(notes)}</span>
        </span>
      )}
      <span className="shrink-0 text-small">
        <Size file={file} />
      </span>
    </>
  );
}

/** Lines, or why none are counted. */
function Size({ file }: { file: DiffFile }) {
  if (file.kind !== 'text') return <span className="text-ink-3">{words.review.kinds[file.kind]}</span>;
  return <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />;
}

function titleOf({ path, oldPath, status }: DiffFile): string {
  const moved = oldPath === null ? path : words.review.moved(oldPath, path);
  return `${words.changes.status[status]}: ${moved}`;
}
