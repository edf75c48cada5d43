import { API_VERSION, toErrorInfo, type AgentBackend, type Health } from '@pilotlight/protocol';
import type { AgentCatalog } from './dispatch/agent-catalog.ts';
import type { CircuitBoard } from './dispatch/circuit-board.ts';
import type { Journal } from './journal/journal.ts';
import type { Store } from './store/store.ts';
import { VERSION } from './version.ts';

export interface HealthParts {
  store: Store;
  journal: Journal;
  backends: Iterable<AgentBackend>;
  circuits: CircuitBoard;
  agents: AgentCatalog;
  serverId: string;
  /** epoch ms */
  startedAt: number;
}

/** What the server says of itself when it is asked. */
export function composeHealth(parts: HealthParts): () => Health {
  const { store, journal, backends, circuits, agents, serverId, startedAt } = parts;
  return () => {
    const states = [...backends].map((backend) => ({ kind: backend.kind, state: backend.health() }));
    const failure = journal.failure;
    const agentsError = agents.error;
    const degraded = agentsError !== null || states.some((backend) => backend.state === 'down');
    return {
      status: failure !== null ? 'down' : degraded ? 'degraded' : 'up',
      version: VERSION,
      apiVersion: API_VERSION,
      serverId,
      pid: process.pid,
      startedAt,
      store: {
        state: failure === null ? 'up' : 'down',
        error: failure === null ? null : toErrorInfo(failure),
        bytes: store.sizeBytes(),
      },
      backends: states,
      circuits: circuits.list(),
      agents: { error: agentsError },
    };
  };
}
