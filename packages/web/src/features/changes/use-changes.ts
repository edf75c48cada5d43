import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { server } from '../../live/server.ts';
import { useIndex } from '../../live/index-store.ts';

/**
 * The worktree against its base. Asked again when a turn of the session ended (its diff stat says so), when an agent
 * finished an edit, when the watched folder changed (use-watch.ts), and on focus; never on a clock.
 */
export function useChanges(sessionId: string, editsDone: number) {
  const queries = useQueryClient();
  const stat = useIndex((index) => index.sessions[sessionId]?.diff ?? null);
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['changes', sessionId] });
  }, [queries, sessionId, stat, editsDone]);
  return useQuery({
    queryKey: ['changes', sessionId, 'list'],
    queryFn: ({ signal }) => server.listChanges(sessionId, signal),
  });
}

/** Both texts of one changed file. */
export function useChange(sessionId: string, path: string) {
  return useQuery({
    queryKey: ['changes', sessionId, 'file', path],
    queryFn: ({ signal }) => server.readChange(sessionId, path, signal),
  });
}
