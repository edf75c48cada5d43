import type { AgentSpec } from '../backends/agent-spec.ts';
import type { SparePlan } from '../backends/acp/spares.ts';

/** What the plan asks of the store. */
export interface SpareHistory {
  /** of agents with an agent session that was used, or changed, since then (epoch ms) */
  agentsUsedSince(since: number): string[];
  /** folders of the projects in which the agent was used since then, the last used first */
  projectFolders(agent: string, since: number): string[];
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
/** Projects that get spares of their own, for each agent whose start depends on the folder. */
const MOST_PROJECTS = 3;

/** Spares for the agents used in the last day, none while agents take more memory than they may. */
export function planSpares(options: SparePlanOptions): SparePlan {
  const { history, spares, folder, isPressed, now } = options;
  const places = (agent: AgentSpec): string[] => {
    const since = now() - DAY_MS;
    if (agent.startsInFolder) return history.projectFolders(agent.id, since).slice(0, MOST_PROJECTS);
    return history.agentsUsedSince(since).includes(agent.id) ? [folder] : [];
  };
  return {
    folders(agent) {
      if (spares === 0 || isPressed()) return [];
      return places(agent).flatMap((place) => Array.from({ length: spares }, () => place));
    },
    projectFolder: (projectId) => history.projectFolder(projectId),
    onReady: () => options.onReady(),
  };
}
