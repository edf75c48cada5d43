import type { AgentInfo } from '@pilotlight/protocol';
import { useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';

const NONE: readonly AgentInfo[] = [];

/** The agents of this machine; looked up again when somebody comes back to the page. */
export function useAgents(): readonly AgentInfo[] {
  return useQuery({ queryKey: ['agents'], queryFn: () => server.listAgents() }).data ?? NONE;
}
