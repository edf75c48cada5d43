import type { DiffFile } from '@pilotlight/protocol';
import { useMemo } from 'react';
import { inTreeOrder, matchingFiles } from './file-tree.ts';
import { useReviewFiles, type ReviewFiles } from './reads.ts';
import { useReviewLook } from './review-look.ts';
import type { ListedScope } from './review-list.tsx';
import { isUncommitted, type Scope } from './scope.ts';

/** A file with the scope it is listed in. */
export interface Listed {
  scope: Scope;
  file: DiffFile;
}

/** What is listed for a scope: its files, or both halves of what is not committed. */
export function useListed(sessionId: string, scope: Scope, query: string) {
  const { list } = useReviewLook();
  const isSplit = isUncommitted(scope);
  const first = useReviewFiles(sessionId, isSplit ? 'unstaged' : scope);
  const staged = useReviewFiles(sessionId, 'staged', isSplit);
  const [a, b] = [first.data ?? null, isSplit ? (staged.data ?? null) : null];
  const changes = isSplit ? joined(a, b) : a;
  const scopes = useMemo((): ListedScope[] => {
    const of = (each: Scope, files: readonly DiffFile[]) => ({
      scope: each,
      files: matchingFiles(files, query),
    });
    if (!isSplit) return [of(scope, a?.files ?? [])];
    return [of('unstaged', a?.files ?? []), of('staged', b?.files ?? [])];
  }, [scope, isSplit, a, b, query]);
  /** in the order in which they are shown */
  const ordered = useMemo(
    () =>
      scopes.flatMap((each) =>
        (list === 'tree' ? inTreeOrder(each.files) : each.files).map((file): Listed => ({
          scope: each.scope,
          file,
        })),
      ),
    [scopes, list],
  );
  const own = scope === 'staged' ? b : a;
  return {
    changes,
    scopes,
    ordered,
    /** of the scope itself, whatever is filtered */
    all: own?.files ?? [],
    error: first.error ?? (isSplit ? staged.error : null),
    refetch: () => Promise.all([first.refetch(), ...(isSplit ? [staged.refetch()] : [])]),
  };
}

function joined(a: ReviewFiles | null, b: ReviewFiles | null): ReviewFiles | null {
  if (a === null || b === null) return null;
  return {
    files: [...a.files, ...b.files],
    total: a.total + b.total,
    truncated: a.truncated || b.truncated,
    hasBase: a.hasBase || b.hasBase,
  };
}
