import type { AgentInfo } from '@pilotlight/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';

/** The agents of the server, found ones first. */
export function useAgents(): AgentInfo[] {
  return useQuery({ queryKey: ['agents'], queryFn: () => server.listAgents() }).data ?? [];
}

/** What an agent calls itself; its id until the server has answered. */
export function useAgentName(id: string | undefined): string {
  const agents = useAgents();
  return agents.find((agent) => agent.id === id)?.name ?? id ?? '';
}

/** Repositories found below the home folder, the one used last first. */
export function useRepositories() {
  return useQuery({
    queryKey: ['repositories'],
    queryFn: async () => (await server.listRepositories()).repositories,
    staleTime: 60_000,
  });
}

/** The folders in one folder of the server; the one shown before stays until the next has come. */
export function useFolders(path: string | null, hidden: boolean) {
  return useQuery({
    queryKey: ['folders', path, hidden],
    queryFn: () => server.listFolders({ ...(path === null ? {} : { path }), hidden }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
}

/** The branches a session of the project may begin from. */
export function useBranches(projectId: string | null) {
  return useQuery({
    queryKey: ['branches', projectId],
    queryFn: () => server.listBranches(projectId ?? ''),
    enabled: projectId !== null,
    retry: false,
  });
}
