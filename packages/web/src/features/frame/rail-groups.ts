import type { Project } from '@pilotlight/protocol';
import type { SessionRow } from '../../live/groups.ts';

export interface RailGroup {
  project: Project;
  /** the most urgent first, as they came */
  rows: SessionRow[];
  /** how many of them need the user */
  needing: number;
}

/** The rows under their projects: projects by name, those without a session too. */
export function railGroups(projects: readonly Project[], rows: readonly SessionRow[]): RailGroup[] {
  const byProject = Map.groupBy(rows, (row) => row.session.projectId);
  return projects
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.createdAt - b.createdAt)
    .map((project) => {
      const own = byProject.get(project.id) ?? [];
      return { project, rows: own, needing: own.filter((row) => row.standing === 'needs_you').length };
    });
}

/** Sessions of a project shown before "more". */
export const SHOWN = 8;

/** The rows to show of a long group: all that are not idle, the shown one, and the newest up to SHOWN. */
export function shownRows(rows: readonly SessionRow[], selectedId: string | null): SessionRow[] {
  return rows.filter((row, at) => at < SHOWN || row.standing !== 'idle' || row.session.id === selectedId);
}
