import type { AgentBackend, AgentBackendKind } from '@pilotlight/protocol';
import { measureTrees } from '@pilotlight/keeper';
import type { SparePlan } from '../backends/acp/spares.ts';
import type { AgentTable } from '../backends/agent-spec.ts';
import type { Journal } from '../journal/journal.ts';
import { Residency } from '../residency/residency.ts';
import type { ResidencySettings } from '../residency/settings.ts';
import { planSpares, projectsToReserve } from '../residency/spare-plan.ts';
import type { Store } from '../store/store.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { ChatReleases } from './chat-releases.ts';
import { ReservedWorktrees, type ReservedWorktreesOptions } from './reserved-worktrees.ts';
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
  agents: AgentTable;
  settings: ResidencySettings;
  /** where a spare waits whose folder does not matter */
  folder: string;
  worktreesFolder: string;
  residency(): Residency;
  ahead: ReservedWorktreesOptions['ahead'];
  now(): number;
  onError(error: unknown): void;
}

/** Which spares to keep, from what was used; and the worktrees in which some of them wait. */
export function composeSpares(parts: SpareParts): { plan: SparePlan; reserved: ReservedWorktrees } {
  const { store, agents, settings, folder, worktreesFolder, residency, ahead, now, onError } = parts;
  const placesUsed = (agent: string, since: number) => store.agentSessions.placesUsedSince(agent, since);
  const reserved = new ReservedWorktrees({
    store,
    worktreesFolder,
    wanted: () => (settings.spares === 0 ? [] : projectsToReserve({ placesUsed }, agents.list(), now())),
    ahead,
    now,
    onError,
  });
  const plan = planSpares({
    history: {
      agentsUsedSince: (since) => store.agentSessions.agentsUsedSince(since),
      placesUsed,
      projectFolder: (id) => store.projects.get(id)?.path ?? null,
      reservedWorktrees: (projectId) => reserved.paths(projectId),
    },
    spares: settings.spares,
    folder,
    isPressed: () => residency().isPressed,
    prepare: () => reserved.tend(),
    onTaken: (folder) => reserved.arrived(folder),
    onReady: () => residency().wake(),
    now,
  });
  return { plan, reserved };
}
