import type { DiffFile, Review } from '@pilotlight/protocol';
import { useMemo } from 'react';
import { server } from '../../live/server.ts';
import { showError } from '../../ui/toasts.tsx';
import { useRefresh, useSetNotes } from './reads.ts';

/** Which files were viewed as they are now. A mark holds for a content: when the file changes again, it is not viewed any more. */
export function useViewed(sessionId: string, review: Review | null) {
  const refresh = useRefresh(sessionId);
  const setNotes = useSetNotes(sessionId);
  const marks = useMemo(() => new Set(review?.viewed.map(markOf) ?? []), [review]);
  return {
    isViewed: (file: DiffFile) => (review === null ? file.viewed : marks.has(markOf(file))),
    setViewed(files: readonly DiffFile[], viewed: boolean) {
      const named = files.map(({ path, object }) => ({ path, object }));
      const paths = new Set(named.map(({ path }) => path));
      // At once on this page; the server's answer replaces it.
      setNotes((before) => ({
        ...before,
        viewed: [...before.viewed.filter(({ path }) => !paths.has(path)), ...(viewed ? named : [])],
      }));
      server.review.markViewed(sessionId, { files: named, viewed }).then(refresh, (error: unknown) => {
        showError(error);
        return refresh();
      });
    },
  };
}

function markOf({ path, object }: Pick<DiffFile, 'path' | 'object'>): string {
  return `${object ?? ''}\0${path}`;
}
