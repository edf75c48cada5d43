import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { currentIndex, watchIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';

/**
 * Memory changes without anybody saying so, and whether a circuit is still open is a matter of time: these two are asked
 * for again as long as the page that shows them is in view (a hidden one asks for nothing).
 */
const QUIETLY_AGAIN = 5_000;

export function useAgentList() {
  return useQuery({ queryKey: ['agents'], queryFn: () => server.listAgents() });
}

export function useProcesses() {
  return useQuery({
    queryKey: ['processes'],
    queryFn: () => server.listProcesses(),
    refetchInterval: QUIETLY_AGAIN,
  });
}

/** @param isWatched asked for again and again while it is in view */
export function useHealth(isWatched = false) {
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => server.health(signal),
    refetchInterval: isWatched ? QUIETLY_AGAIN : false,
  });
}

/** Asks again when the index says that an agent came, went or changed what it does. */
export function useRefetchOnAgentFrames(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let seen = currentIndex().agentSessions;
    return watchIndex(({ agentSessions }) => {
      if (agentSessions === seen) return;
      seen = agentSessions;
      for (const name of ['processes', 'health']) void queries.invalidateQueries({ queryKey: [name] });
    });
  }, [queries]);
}
