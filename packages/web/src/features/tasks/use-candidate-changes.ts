import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';

/** Under the key of all that is known of a session's changes, so that what makes those anew makes this anew. */
const keyOf = (sessionId: string) => ['changes', sessionId, 'candidate'] as const;

/** What a candidate's session changed; asked again when a turn of it has ended (its diff stat says so), never on a clock. */
export function useCandidateChanges(sessionId: string) {
  const queries = useQueryClient();
  const stat = useIndex((index) => index.sessions[sessionId]?.diff ?? null);
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: keyOf(sessionId) });
  }, [queries, sessionId, stat]);
  return useQuery({
    queryKey: [...keyOf(sessionId), 'list'],
    queryFn: ({ signal }) => server.listChanges(sessionId, signal),
  });
}

/** Both texts of one changed file. */
export function useCandidateChange(sessionId: string, path: string) {
  return useQuery({
    queryKey: [...keyOf(sessionId), 'file', path],
    queryFn: ({ signal }) => server.readChange(sessionId, path, signal),
  });
}
