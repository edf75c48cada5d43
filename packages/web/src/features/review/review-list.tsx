import type { DiffFile, ReviewComment, SharedFile } from '@pilotlight/protocol';
import { Minus, Plus } from 'lucide-react';
import { useMemo, type ReactNode, type Ref } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { ResizeEdge } from '../../ui/resize-edge.tsx';
import * as words from '../../words/index.ts';
import { FileList, type FileGroup } from './file-list.tsx';
import { FileRow } from './file-row.tsx';
import { LIST, setReviewLook, useReviewLook } from './review-look.ts';
import type { ReviewPlace, Scope } from './scope.ts';
import { useStaging } from './use-pick.ts';

/** Files of a scope, of which there are two when what is not committed is shown. */
export interface ListedScope {
  scope: Scope;
  files: readonly DiffFile[];
}

export interface ReviewListProps {
  sessionId: string;
  scopes: readonly ListedScope[];
  place: ReviewPlace;
  query: string;
  onQuery(query: string): void;
  onOpen(place: ReviewPlace): void;
  notes: readonly ReviewComment[];
  /** files that several chats write */
  shared: readonly SharedFile[];
  isViewed(file: DiffFile): boolean;
  /** why nothing can be staged now; null: it can */
  why: string | null;
  /** more changed than is listed */
  isTruncated: boolean;
  isWide: boolean;
  filter: Ref<HTMLInputElement>;
  /** stands below the list */
  children: ReactNode;
}

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** The changed files, and the field that filters them. */
export function ReviewList(props: ReviewListProps) {
  const { sessionId, scopes, place, query, notes, why, isWide } = props;
  const { list, listWidth } = useReviewLook();
  const { stage, unstage } = useStaging(sessionId);
  const w = words.review;
  const isGrouped = scopes.length > 1;
  const drafts = Map.groupBy(notes, ({ path }) => path);
  const toIndex = (all: readonly DiffFile[], scope: string, label: string) => {
    const isStaged = scope === 'staged';
    const files = all.filter(({ status }) => status !== 'conflicted');
    if (files.length === 0 && all.length > 0) return null;
    return (
      <IconButton
        label={label}
        title={why ?? undefined}
        disabled={why !== null || files.length === 0}
        icon={isStaged ? <Minus {...ICON} /> : <Plus {...ICON} />}
        onClick={() => (isStaged ? unstage(files) : stage(files))}
      />
    );
  };
  const groups = useMemo(
    () => scopes.map(({ scope, files }): FileGroup<DiffFile> => ({ key: scope, files })),
    [scopes],
  );
  const titles = useIndex(({ chats }) => chats);
  const sharedWords = (path: string): string | null => {
    const chatIds = props.shared.find((each) => each.path === path)?.chatIds;
    if (chatIds === undefined) return null;
    return w.shared(chatIds.map((id) => titles[id]?.title || words.session.untitledChat));
  };
  const isNothing = scopes.every(({ files }) => files.length === 0);
  return (
    <div
      style={isWide ? { width: listWidth } : undefined}
      className={cx(
        'relative flex min-h-0 min-w-0 flex-col',
        isWide ? 'shrink-0 border-r border-line' : 'flex-1',
      )}
    >
      <div className="shrink-0 px-2 pt-2 pb-1">
        <input
          ref={props.filter}
          type="search"
          aria-label={w.filter}
          placeholder={w.filter}
          value={query}
          onChange={({ target }) => props.onQuery(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && query !== '') props.onQuery('');
          }}
          className="h-7 w-full rounded-md border border-line bg-sunken px-2 text-ui outline-none focus-visible:border-flame pointer-coarse:h-11"
        />
      </div>
      {isNothing && query !== '' ? <Empty>{w.noMatch}</Empty> : null}
      <FileList
        label={words.changes.list}
        groups={groups}
        list={list}
        current={place.file === null ? null : { group: place.scope, path: place.file }}
        onOpen={({ path }, scope) => props.onOpen({ scope: scope as Scope, file: path })}
        render={(file, name) => (
          <FileRow
            file={file}
            name={name}
            isViewed={props.isViewed(file)}
            notes={drafts.get(file.path)?.length ?? 0}
            shared={sharedWords(file.path)}
          />
        )}
        {...(isGrouped
          ? {
              head: ({ key, files }: FileGroup<DiffFile>) => (
                <>
                  <h3 className="min-w-0 flex-1 truncate font-medium">
                    {key === 'staged' ? w.staged(files.length) : w.unstaged(files.length)}
                  </h3>
                  {toIndex(files, key, key === 'staged' ? w.unstageAll : w.stageAll)}
                </>
              ),
              aside: (file: DiffFile, scope: string) =>
                toIndex(
                  [file],
                  scope,
                  scope === 'staged' ? w.unstageFile(file.path) : w.stageFile(file.path),
                ),
            }
          : {})}
      />
      {props.isTruncated ? (
        <p className="shrink-0 px-4 py-2 text-small text-ink-3">{words.changes.truncated}</p>
      ) : null}
      {props.children}
      {isWide ? (
        <ResizeEdge
          edge="right"
          label={w.resizeList}
          width={listWidth}
          {...LIST}
          onWidth={(width) => setReviewLook({ listWidth: width })}
        />
      ) : null}
    </div>
  );
}
