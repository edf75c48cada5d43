import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { File } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { SearchList } from '../../ui/search-list.tsx';
import * as words from '../../words/index.ts';
import { openFile, showSideTab, useSideTarget } from '../session/side-state.ts';
import { FileView } from './file-view.tsx';
import { splitPath } from './split-path.ts';

/** A file of the worktree, or the search for one. */
export function FilesTab({ sessionId }: { sessionId: string }) {
  const target = useSideTarget(sessionId);
  if (target?.kind === 'file') {
    const { path, line } = target;
    return (
      <FileView
        key={path}
        sessionId={sessionId}
        path={path}
        line={line}
        onClose={() => showSideTab('files')}
      />
    );
  }
  return <FileSearch sessionId={sessionId} />;
}

function FileSearch({ sessionId }: { sessionId: string }) {
  const [query, setQuery] = useState('');
  const { data } = useQuery({
    queryKey: ['files', sessionId, query],
    queryFn: ({ signal }) => server.findFiles(sessionId, { query, limit: 200, signal }),
    placeholderData: keepPreviousData,
  });
  const w = words.changes;
  return (
    <SearchList
      className="h-full"
      label={w.findFileIn}
      placeholder={w.findFile}
      empty={data === undefined ? words.common.loading : w.noFile}
      items={(data?.files ?? []).map((path) => ({ id: path, text: path }))}
      onQuery={setQuery}
      onSelect={({ id }) => openFile(sessionId, id, null)}
      render={({ id }) => {
        const { folder, name } = splitPath(id);
        return (
          <>
            <File size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
            <span className="shrink-0">{name}</span>
            <span className="min-w-0 truncate text-small text-ink-3">{folder}</span>
          </>
        );
      }}
    />
  );
}
