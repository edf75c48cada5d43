import type { AgentBackend, AgentBackendKind } from '@pilotlight/protocol';
import { measureTrees } from '@pilotlight/keeper';
import type { SparePlan } from '../backends/acp/spares.ts';
import type { AgentTable } from '../backends/agent-spec.ts';
import type { Journal } from '../journal/journal.ts';
import { Residency } from '../residency/residency.ts';
import type { ResidencySettings } from '../residency/settings.ts';
import { planSpares } from '../residency/spare-plan.ts';
import type { Store } from '../store/store.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { ChatReleases } from './chat-releases.ts';
import { sessionNeeds } from './session-needs.ts';

export interface ResidencyParts {
  store: Store;
  journal: Journal;
  agents: AgentTable;
  backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  sessions: AgentSessionDesk;
  releases: ChatReleases;
  settings: ResidencySettings;
  onLooked(): void;
  onError(error: unknown): void;
  now(): number;
  /** ms between two looks; default 15 s */
  everyMs?: number | undefined;
}

/** The watcher over what is resident, hearing of every agent session that changes. */
export function composeResidency(parts: ResidencyParts): Residency {
  const { store, journal, agents, backends, sessions, releases, settings, everyMs } = parts;
  const residency = new Residency({
    inspect: async () => {
      const lists = [...backends.values()].map(async (backend) =>
        ((await backend.inspect?.()) ?? []).map((process) => ({ ...process, backend: backend.kind })),
      );
      return (await Promise.all(lists)).flat();
    },
    measure: measureTrees,
    sessions: () => sessionNeeds(store, journal, sessions),
    helpers: (agent) => agents.list().find(({ id }) => id === agent)?.helpers ?? [],
    release: ({ chatId, agent }, why) => releases.release(chatId, agent, why),
    endUnused: async (kind, pid) => backends.get(kind)?.endUnused?.(pid),
    explain: ({ chatId, agent }, why) => sessions.explain(chatId, agent, why),
    onLooked: parts.onLooked,
    marks: settings,
    now: parts.now,
    onError: parts.onError,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
  sessions.onResidency((row) => residency.changed(row, row.state));
  return residency;
}

export interface SpareParts {
  store: Store;
  settings: ResidencySettings;
  /** where a spare waits whose folder does not matter */
  folder: string;
  residency(): Residency;
  now(): number;
}

/** Which spares to keep, from what was used. */
export function composeSpares({ store, settings, folder, residency, now }: SpareParts): SparePlan {
  return planSpares({
    history: {
      agentsUsedSince: (since) => store.agentSessions.agentsUsedSince(since),
      placesUsed: (agent, since) => store.agentSessions.placesUsedSince(agent, since),
      projectFolder: (id) => store.projects.get(id)?.path ?? null,
    },
    spares: settings.spares,
    folder,
    isPressed: () => residency().isPressed,
    onReady: () => residency().wake(),
    now,
  });
}
