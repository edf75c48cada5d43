import type { AgentSpec } from '../backends/agent-spec.ts';
import type { SparePlace, SparePlan } from '../backends/acp/spares.ts';
import type { UsedPlace } from '../store/store.ts';

/** What the plan asks of the store. */
export interface SpareHistory {
  /** of agents with an agent session that was used, or changed, since then (epoch ms) */
  agentsUsedSince(since: number): string[];
  /** where the agent was used since then, the last used first */
  placesUsed(agent: string, since: number): UsedPlace[];
  projectFolder(projectId: string): string | null;
  /** worktrees that wait for the project's next session */
  reservedWorktrees(projectId: string): string[];
}

export interface SparePlanOptions {
  history: SpareHistory;
  /** of each agent; where the folder matters, of each project */
  spares: number;
  /** where a spare waits whose folder does not matter; made already */
  folder: string;
  isPressed(): boolean;
  /** Makes the worktrees in which spares are to wait. */
  prepare(): Promise<void>;
  /** A session took the one that waited there. */
  onTaken(folder: string): void;
  onReady(): void;
  now(): number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Folders that get spares of their own, for each agent to which the folder matters. */
const MOST_PROJECTS = 3;

/** The projects in whose worktrees an agent was used in the last day: a worktree waits for the next session of each. */
export function projectsToReserve(
  history: Pick<SpareHistory, 'placesUsed'>,
  agents: readonly AgentSpec[],
  now: number,
): string[] {
  const used = agents
    .flatMap(({ id }) => history.placesUsed(id, now - DAY_MS))
    .filter(({ inPlace }) => !inPlace);
  return [...new Set(used.map(({ projectId }) => projectId))].slice(0, MOST_PROJECTS);
}

/** Spares for the agents used in the last day, none while agents take more memory than they may. */
export function planSpares(options: SparePlanOptions): SparePlan {
  const { history, spares, folder, isPressed, now } = options;
  const anywhere: SparePlace = { folder, opensFor: null };
  const places = (agent: AgentSpec): SparePlace[] => {
    const since = now() - DAY_MS;
    const { startsInFolder, opensAhead } = agent;
    if (!startsInFolder && !opensAhead)
      return history.agentsUsedSince(since).includes(agent.id) ? [anywhere] : [];
    const used = history.placesUsed(agent.id, since);
    const unlike = used.map(({ path }) => (startsInFolder ? { folder: path, opensFor: null } : anywhere));
    if (!opensAhead) return distinct(unlike).slice(0, MOST_PROJECTS);
    // Best where the next session will work: in the folder itself, or in the worktree that waits for it.
    const places = used.flatMap(({ projectId, path, inPlace }, index) => {
      const folders = inPlace ? [path] : history.reservedWorktrees(projectId);
      const open = folders.map((folder) => ({ folder, opensFor: projectId }));
      return open.length === 0 ? (unlike[index] ?? anywhere) : open;
    });
    return distinct(places).slice(0, MOST_PROJECTS);
  };
  return {
    places(agent) {
      if (spares === 0 || isPressed()) return [];
      return places(agent).flatMap((place) => Array.from({ length: spares }, () => place));
    },
    projectFolder: (projectId) => history.projectFolder(projectId),
    prepare: () => options.prepare(),
    onTaken: (folder) => options.onTaken(folder),
    onReady: () => options.onReady(),
  };
}

function distinct(places: readonly SparePlace[]): SparePlace[] {
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}
