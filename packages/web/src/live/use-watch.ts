import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { server } from './server.ts';

/**
 * While a session is shown: what was asked about its folder is asked again when the folder changes, by an agent, an editor or
 * a script. `folder`: where it works now; the watch begins anew when that is another.
 */
export function useWatch(sessionId: string, folder: string | null): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      server.watchSession(sessionId, (what) => {
        void queries.invalidateQueries({
          predicate: ({ queryKey }) =>
            queryKey.includes(sessionId) && (what === 'files' || queryKey[0] === 'scripts'),
        });
      }),
    [queries, sessionId, folder],
  );
}
