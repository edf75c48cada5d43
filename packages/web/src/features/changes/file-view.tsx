import { useQuery } from '@tanstack/react-query';
import { toErrorInfo } from '@pilotlight/protocol';
import { Copy, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { VList, type VListHandle } from 'virtua';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { CodeLine } from '../../ui/code/code-lines.tsx';
import { languageOf } from '../../ui/code/language.ts';
import { useTokens } from '../../ui/code/use-tokens.ts';
import { Empty } from '../../ui/empty.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { relativeTo } from './relative-to.ts';
import { splitPath } from './split-path.ts';

export interface FileViewProps {
  sessionId: string;
  /** as somebody named it */
  path: string;
  /** from 1; shown in the middle, marked */
  line: number | null;
  onClose(): void;
}

/** One file of the worktree, as it is now. Only the lines in view are there, so that a long one opens at once. */
export function FileView({ sessionId, path: named, line, onClose }: FileViewProps) {
  const folder = useIndex((index) => {
    const session = index.sessions[sessionId];
    return session?.worktree?.path ?? index.projects[session?.projectId ?? '']?.path ?? '';
  });
  const path = relativeTo(folder, named);
  const { data, error } = useQuery({
    queryKey: ['changes', sessionId, 'text', path],
    queryFn: ({ signal }) => server.readFile(sessionId, path, signal),
  });
  const w = words.changes;
  const parts = splitPath(path);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-1 border-b pr-2 pl-4">
        <div className="flex min-w-0 flex-1 items-baseline gap-1.5" title={path}>
          <span className="shrink-0 truncate font-medium">{parts.name}</span>
          <span className="min-w-0 truncate text-small text-ink-3">{parts.folder}</span>
        </div>
        <IconButton
          label={w.copyPath}
          icon={<Copy size={16} strokeWidth={1.75} />}
          onClick={() =>
            navigator.clipboard.writeText(path).then(() => toast(words.common.copied), showError)
          }
        />
        <IconButton label={w.closeFile} icon={<X size={16} strokeWidth={1.75} />} onClick={onClose} />
      </div>
      {error === null ? null : <Empty>{toErrorInfo(error).message}</Empty>}
      {data?.text === null ? <Empty>{w.binary}</Empty> : null}
      {data?.truncated === true ? <p className="px-4 py-1 text-small text-ink-3">{w.fileTruncated}</p> : null}
      {typeof data?.text === 'string' ? <Lines path={path} text={data.text} line={line} /> : null}
    </div>
  );
}

function Lines({ path, text, line }: { path: string; text: string; line: number | null }) {
  const tokens = useTokens(text, languageOf(path));
  const list = useRef<VListHandle>(null);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  useEffect(() => {
    if (line !== null) list.current?.scrollToIndex(line - 1, { align: 'center' });
  }, [line]);
  const width = String(lines.length).length;
  return (
    <VList ref={list} className="min-h-0 flex-1 py-2 font-mono text-code" tabIndex={0}>
      {lines.map((content, at) => (
        <div key={at} className={cx('flex whitespace-pre', at + 1 === line && 'bg-flame-wash')}>
          <span
            className="shrink-0 pr-4 pl-4 text-right text-ink-3 select-none"
            style={{ minWidth: `${width + 4}ch` }}
            aria-hidden
          >
            {at + 1}
          </span>
          <span className="pr-4">
            {tokens?.[at] === undefined ? content : <CodeLine tokens={tokens[at]} />}
          </span>
        </div>
      ))}
    </VList>
  );
}
