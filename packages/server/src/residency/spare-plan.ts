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
}

export interface SparePlanOptions {
  history: SpareHistory;
  /** of each agent; where the folder matters, of each project */
  spares: number;
  /** where a spare waits whose folder does not matter; made already */
  folder: string;
  isPressed(): boolean;
  onReady(): void;
  now(): number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Folders that get spares of their own, for each agent to which the folder matters. */
const MOST_PROJECTS = 3;

/** Spares for the agents used in the last day, none while agents take more memory than they may. */
export function planSpares(options: SparePlanOptions): SparePlan {
  const { history, spares, folder, isPressed, now } = options;
  const anywhere: SparePlace = { folder, opens: false };
  const places = (agent: AgentSpec): SparePlace[] => {
    const since = now() - DAY_MS;
    const { startsInFolder, opensAhead } = agent;
    if (!startsInFolder && !opensAhead)
      return history.agentsUsedSince(since).includes(agent.id) ? [anywhere] : [];
    const used = history.placesUsed(agent.id, since);
    if (!startsInFolder) {
      const inPlace = used.filter((place) => place.inPlace).slice(0, MOST_PROJECTS);
      const open = inPlace.map(({ path }) => ({ folder: path, opens: true }));
      return open.length < used.length ? [...open, anywhere] : open;
    }
    const projects = new Map<string, SparePlace>();
    for (const { path, inPlace } of used) {
      const opens = (opensAhead && inPlace) || projects.get(path)?.opens === true;
      projects.set(path, { folder: path, opens });
    }
    return [...projects.values()].slice(0, MOST_PROJECTS);
  };
  return {
    places(agent) {
      if (spares === 0 || isPressed()) return [];
      return places(agent).flatMap((place) => Array.from({ length: spares }, () => place));
    },
    projectFolder: (projectId) => history.projectFolder(projectId),
    onReady: () => options.onReady(),
  };
}
