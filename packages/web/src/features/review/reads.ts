import {
  MAX_DIFF_PAGE_FILES,
  type DiffFile,
  type DiffPage,
  type Review,
  type ReviewFacts,
} from '@pilotlight/protocol';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { useChatPart } from '../../live/use-chat.ts';
import { countEdits } from '../changes/count-edits.ts';
import { diffScopeOf, type Scope } from './scope.ts';

/** As many as a screen has room for; they are on it while the others are still read. */
const FIRST_PAGE = 60;
/** As unchanged lines around a change: all of them. */
const WHOLE_FILE = 100_000;

/** Everything the page knows of a session's changes is under this key. */
const keyOf = (sessionId: string) => ['changes', sessionId] as const;

export interface ReviewFiles {
  /** what is read so far */
  files: readonly DiffFile[];
  /** changed files in all */
  total: number;
  truncated: boolean;
  /** false: there is nothing to compare with */
  hasBase: boolean;
}

/** The changed files of a scope, page after page. `isOn`: false asks nothing. */
export function useReviewFiles(sessionId: string, scope: Scope, isOn = true) {
  const query = useInfiniteQuery({
    queryKey: [...keyOf(sessionId), 'list', scope],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      server.review.diff(sessionId, diffScopeOf(scope), {
        ...(pageParam === '' ? { limit: FIRST_PAGE } : { after: pageParam, limit: MAX_DIFF_PAGE_FILES }),
        signal,
      }),
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => filesOf(pages),
    enabled: isOn,
  });
  const { hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return query;
}

function filesOf(pages: readonly DiffPage[]): ReviewFiles {
  const last = pages.at(-1);
  return {
    files: pages.flatMap(({ files }) => files),
    total: last?.total ?? 0,
    truncated: last?.truncated ?? false,
    hasBase: last?.from !== null,
  };
}

/** The hunks of one file. `isWhole`: with every line that did not change. */
export function useFileDiff(
  sessionId: string,
  scope: Scope,
  file: Pick<DiffFile, 'path' | 'object'>,
  { ignoreSpace, isWhole = false, isOn = true }: { ignoreSpace: boolean; isWhole?: boolean; isOn?: boolean },
) {
  return useQuery({
    queryKey: [...keyOf(sessionId), 'file', scope, file.path, file.object, ignoreSpace, isWhole],
    queryFn: ({ signal }) =>
      server.review.fileDiff(sessionId, diffScopeOf(scope), file.path, {
        ...(isWhole ? { context: WHOLE_FILE } : {}),
        ...(ignoreSpace ? { whitespace: 'ignore' as const } : {}),
        signal,
      }),
    enabled: isOn,
    // While a file is read anew, its lines stay where they are.
    placeholderData: (before) => (before?.file.path === file.path ? before : undefined),
  });
}

/** Notes and marks of a session. */
export function useReviewNotes(sessionId: string): Review | null {
  const { data } = useQuery({
    queryKey: [...keyOf(sessionId), 'notes'],
    queryFn: () => server.review.get(sessionId),
  });
  return data ?? null;
}

/** Changes what the page knows of notes and marks, until the server says it. */
export function useSetNotes(sessionId: string): (change: (before: Review) => Review) => void {
  const queries = useQueryClient();
  return (change) =>
    queries.setQueryData<Review>([...keyOf(sessionId), 'notes'], (before) =>
      before === undefined ? before : change(before),
    );
}

/** What can be done with the changes now. `isOn`: false asks nothing. */
export function useReviewFacts(sessionId: string, isOn: boolean): ReviewFacts | null {
  const { data } = useQuery({
    queryKey: [...keyOf(sessionId), 'facts'],
    queryFn: () => server.review.facts(sessionId),
    enabled: isOn,
  });
  return data ?? null;
}

/** What was done with the changes, the newest first. */
export function useReviewActions(sessionId: string) {
  const { data } = useQuery({
    queryKey: [...keyOf(sessionId), 'actions'],
    queryFn: () => server.review.listActions(sessionId),
  });
  return data ?? [];
}

/** Asks for everything again; resolves when what is in view is here. */
export function useRefresh(sessionId: string): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: keyOf(sessionId) }), [queries, sessionId]);
}

/**
 * Keeps what is known of a session's changes fresh: it is asked for again when a turn ended (the diff stat says so), when the
 * chat's agent finished an edit, when the watched folder changed (use-watch.ts), when somebody noted, marked or did something, and on focus; never on a clock.
 */
export function useFreshReview(sessionId: string, chatId: string): void {
  const edits = useChatPart(chatId, ({ state }) => countEdits(state.messages));
  useFreshChanges(sessionId, `${chatId} ${edits}`);
}

/** As `useFreshReview` where no chat is shown: `also` is what else tells that something is new. */
export function useFreshChanges(sessionId: string, also = ''): void {
  const refresh = useRefresh(sessionId);
  const stat = useIndex((index) => index.sessions[sessionId]?.diff ?? null);
  const revision = useIndex((index) => index.reviews[sessionId]?.revision ?? 0);
  const state = JSON.stringify([stat, revision, also]);
  useEffect(() => {
    const before = lastSeen.get(sessionId);
    lastSeen.set(sessionId, state);
    if (before !== undefined && before !== state) void refresh();
  }, [refresh, sessionId, state]);
}

/** By session: what told last that something is new. */
const lastSeen = new Map<string, string>();

/** Whether a turn runs in the session's worktree: then nothing is done with its changes. */
export function useIsWorking(sessionId: string): boolean {
  return useIndex(({ chats }) =>
    Object.values(chats).some((chat) => chat.sessionId === sessionId && chat.runningSince !== null),
  );
}
