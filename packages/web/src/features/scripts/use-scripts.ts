import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';

/** What the session's `.pilotlight.json` names; asked again when the index says so, and when the folder changed. */
export function useScripts(sessionId: string) {
  const queries = useQueryClient();
  const revision = useIndex((index) => index.scripts[sessionId]?.revision ?? 0);
  const hasWorktree = useIndex((index) => index.sessions[sessionId]?.worktree != null);
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['scripts', sessionId] });
  }, [queries, sessionId, revision, hasWorktree]);
  return useQuery({
    queryKey: ['scripts', sessionId, 'list'],
    queryFn: ({ signal }) => server.scripts.describe(sessionId, signal),
  });
}

/** The last of what a script wrote; live, since the session is watched while it is shown. */
export function useScriptOutput(sessionId: string, name: string, runId: string) {
  return useQuery({
    queryKey: ['scripts', sessionId, 'output', name, runId],
    queryFn: ({ signal }) => server.scripts.output(sessionId, name, signal),
  });
}
