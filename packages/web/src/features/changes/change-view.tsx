import { toErrorInfo, type ChangedFile } from '@pilotlight/protocol';
import { ArrowLeft, ChevronDown, ChevronUp, Columns2, FileText } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { DiffView } from '../../ui/code/diff-view.tsx';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Empty } from '../../ui/empty.tsx';
import { words } from '../../words/index.ts';
import { openFile, showInSide } from '../session/side-state.ts';
import { splitPath } from './split-path.ts';
import { useChange } from './use-changes.ts';

export interface ChangeViewProps {
  sessionId: string;
  files: readonly ChangedFile[];
  file: ChangedFile;
  onBack(): void;
}

/** The diff of one changed file, with the way to the one before and after it. */
export function ChangeView({ sessionId, files, file, onBack }: ChangeViewProps) {
  const [layout, setLayout] = useState<'unified' | 'split'>('unified');
  const w = words.changes;
  const at = files.indexOf(file);
  const neighbour = (step: number, label: string, icon: ReactNode) => {
    const other = files[at + step];
    return (
      <IconButton
        label={label}
        icon={icon}
        disabled={other === undefined}
        onClick={() => other !== undefined && showInSide({ kind: 'change', sessionId, path: other.path })}
      />
    );
  };
  const { folder, name } = splitPath(file.path);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-1 border-b px-2">
        <IconButton label={w.back} icon={<ArrowLeft size={16} strokeWidth={1.75} />} onClick={onBack} />
        <div className="flex min-w-0 flex-1 items-baseline gap-1.5 px-1" title={file.path}>
          <span className="shrink-0 truncate font-medium">{name}</span>
          <span className="min-w-0 truncate text-small text-ink-3">{folder}</span>
        </div>
        <span className="px-1 text-small">
          <DiffCount additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
        </span>
        <IconButton
          label={layout === 'unified' ? w.split : w.unified}
          icon={<Columns2 size={16} strokeWidth={1.75} />}
          active={layout === 'split'}
          onClick={() => setLayout(layout === 'unified' ? 'split' : 'unified')}
        />
        <IconButton
          label={w.show.files}
          icon={<FileText size={16} strokeWidth={1.75} />}
          disabled={file.status === 'deleted'}
          onClick={() => openFile(sessionId, file.path, null)}
        />
        {neighbour(-1, w.previous, <ChevronUp size={16} strokeWidth={1.75} />)}
        {neighbour(1, w.next, <ChevronDown size={16} strokeWidth={1.75} />)}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <Texts sessionId={sessionId} path={file.path} layout={layout} />
      </div>
    </div>
  );
}

function Texts({
  sessionId,
  path,
  layout,
}: {
  sessionId: string;
  path: string;
  layout: 'unified' | 'split';
}) {
  const { data, error } = useChange(sessionId, path);
  const w = words.changes;
  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  if (data.binary) return <Empty>{w.binary}</Empty>;
  if (data.tooLarge) return <Empty>{w.tooLarge}</Empty>;
  return <DiffView path={path} oldText={data.oldText} newText={data.newText ?? ''} layout={layout} />;
}
