import type { DiffFile } from '@pilotlight/protocol';
import { ArrowLeft, ChevronDown, ChevronUp, FileText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useKeysOf } from '../../app/commands.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import * as words from '../../words/index.ts';
import { splitPath } from '../changes/split-path.ts';
import { STATUS_INK } from './file-row.tsx';

export interface FileHeadProps {
  file: DiffFile;
  /** leads back to the list; null where it stands beside */
  onBack: (() => void) | null;
  /** null: there is none that way */
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
  /** stage, discard, … */
  actions: ReactNode;
  /** opens the file itself; null where there is no place for it */
  onOpen: (() => void) | null;
  isViewed: boolean;
  onViewed(isViewed: boolean): void;
}

const ICON = { size: 16, strokeWidth: 1.75 } as const;

/** Which file is shown, what became of it, and the way to the ones around it. */
export function FileHead(props: FileHeadProps) {
  const { file, onBack, onOpen, onPrevious, onNext, isViewed, onViewed } = props;
  const { folder, name } = splitPath(file.path.replace(/\/$/, ''));
  const w = words.changes;
  const nextKeys = useKeysOf('review.next-file');
  const previousKeys = useKeysOf('review.previous-file');
  const what = (
    <>
      <div className="flex min-w-0 flex-1 items-baseline gap-1.5" title={file.path}>
        <span className={cx('shrink-0 text-small', STATUS_INK[file.status])}>{w.status[file.status]}</span>
        <h2 className="max-w-[70%] shrink-0 truncate font-medium">{name}</h2>
        <span className="min-w-0 truncate text-small text-ink-3">
          {file.oldPath === null ? folder : words.review.moved(file.oldPath, file.path)}
        </span>
      </div>
      <span className="shrink-0 px-1 text-small">
        <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
      </span>
    </>
  );
  const neighbours = (
    <>
      <IconButton
        label={w.previous}
        keys={previousKeys}
        icon={<ChevronUp {...ICON} />}
        disabled={onPrevious === null}
        onClick={() => onPrevious?.()}
      />
      <IconButton
        label={w.next}
        keys={nextKeys}
        icon={<ChevronDown {...ICON} />}
        disabled={onNext === null}
        onClick={() => onNext?.()}
      />
    </>
  );
  const marks = (
    <>
      <label className="flex h-7 shrink-0 items-center gap-1.5 rounded-md px-1.5 text-small text-ink-2 hover:bg-hover pointer-coarse:h-11">
        <input
          type="checkbox"
          checked={isViewed}
          onChange={({ target }) => onViewed(target.checked)}
          className="size-3.5 accent-[var(--c-flame)]"
        />
        {words.review.viewed}
      </label>
      {onOpen === null ? null : (
        <IconButton
          label={words.review.openFile}
          icon={<FileText {...ICON} />}
          disabled={file.status === 'deleted'}
          onClick={onOpen}
        />
      )}
    </>
  );
  if (onBack === null) {
    return (
      <header className="flex min-h-10 shrink-0 items-center gap-x-1 border-b py-1 pr-2 pl-3">
        {what}
        {props.actions}
        {marks}
        {neighbours}
      </header>
    );
  }
  return (
    <header className="shrink-0 border-b">
      <div className="flex min-h-10 items-center gap-x-1 pr-2 pl-1">
        <IconButton label={w.back} icon={<ArrowLeft {...ICON} />} onClick={onBack} />
        {what}
        {neighbours}
      </div>
      <div className="flex min-h-9 flex-wrap items-center px-1">
        <span className="flex flex-1 flex-wrap items-center">{props.actions}</span>
        {marks}
      </div>
    </header>
  );
}
