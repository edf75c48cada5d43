import type { McpServerList } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { showError } from '../../ui/toasts.tsx';

const KEY = ['mcp-servers'];

/** All of them. Another browser may change them too: they are asked for again whenever this one is looked at. */
export function useMcpServers(): McpServerList | undefined {
  return useQuery({ queryKey: KEY, queryFn: () => server.listMcpServers(), staleTime: 0 }).data;
}

/** Asks the server for a change, then for how things are; a refusal is shown unless `onError` takes it. */
export function useMcpChange(onError: (error: unknown) => void = showError) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
    onError,
  });
}
