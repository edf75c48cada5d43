import type { AgentInfo } from '@pilotlight/protocol';

/** The demo agent needs nothing, so it is there when no other is. */
const DEMO = 'demo';

/** Found ones first, each part in the order of the server. */
export function orderAgents(agents: readonly AgentInfo[]): AgentInfo[] {
  return [
    ...agents.filter(({ state }) => state === 'found'),
    ...agents.filter(({ state }) => state !== 'found'),
  ];
}

/** The agent to begin with: the wanted one when it is found, else the first found one, the demo agent last. */
export function chooseAgent(agents: readonly AgentInfo[], wanted: string | null): string | null {
  const found = agents.filter(({ state }) => state === 'found');
  const agent =
    found.find(({ id }) => id === wanted) ?? found.find(({ id }) => id !== DEMO) ?? found[0] ?? null;
  return agent?.id ?? null;
}
