import { toErrorInfo, type DiffFile } from '@pilotlight/protocol';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { useFreshChanges, useReviewFiles } from '../review/reads.ts';
import { CandidateDiff } from './candidate-diff.tsx';

const text = words.tasks.comparison;
/** Files shown at once; the rest on demand. */
const SHOWN = 200;

/** What a candidate's session changed, each file with its lines on demand. `isOver`: it changes nothing any more. */
export function CandidateFiles({ sessionId, isOver }: { sessionId: string; isOver: boolean }) {
  useFreshChanges(sessionId);
  const { data, error } = useReviewFiles(sessionId, 'session');
  const [limit, setLimit] = useState(SHOWN);
  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  const { files, total } = data;
  if (total === 0) return <Empty>{isOver ? text.noChanges : text.noChangesYet}</Empty>;
  const sum = (of: 'additions' | 'deletions') => files.reduce((all, file) => all + (file[of] ?? 0), 0);
  return (
    <>
      <p className="flex items-center gap-2 px-4 py-2 text-small text-ink-3">
        {text.files(total)}
        <DiffCount additions={sum('additions')} deletions={sum('deletions')} />
      </p>
      <ul>
        {files.slice(0, limit).map((file, at) => (
          <CandidateFile key={file.path} sessionId={sessionId} file={file} isFirst={at === 0} />
        ))}
      </ul>
      {total > limit ? (
        <div className="px-4 py-2">
          <Button look="quiet" onClick={() => setLimit(limit * 4)}>
            {text.moreFiles(total - limit)}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** The first is open, so that something can be compared at once. */
function CandidateFile(props: { sessionId: string; file: DiffFile; isFirst: boolean }) {
  const { sessionId, file, isFirst } = props;
  const [isOpen, setIsOpen] = useState(isFirst);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="border-t border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex h-8 w-full items-center gap-2 px-4 text-left hover:bg-hover pointer-coarse:h-11"
      >
        <Chevron size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
        <span className="min-w-0 flex-1 truncate" title={file.path}>
          {file.path}
        </span>
        <span className="text-small">
          <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
        </span>
      </button>
      {isOpen ? <CandidateDiff sessionId={sessionId} file={file} /> : null}
    </li>
  );
}
