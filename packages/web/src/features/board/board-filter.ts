import type { SessionRow, Standing } from '../../live/groups.ts';

export interface BoardFilter {
  /** every word of it must occur */
  text: string;
  /** null: all projects */
  projectId: string | null;
}

/** The rows that a filter leaves, in their order. */
export function filterRows(rows: readonly SessionRow[], { text, projectId }: BoardFilter): SessionRow[] {
  const needles = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      (projectId === null || row.session.projectId === projectId) &&
      needles.every((needle) => textOf(row).includes(needle)),
  );
}

function textOf({ session, project, chats }: SessionRow): string {
  const ofChats = chats.flatMap(({ title, agent, lastLine }) => [title, agent, lastLine]);
  return [session.title, project?.name, session.worktree?.branch, ...ofChats].join('\n').toLowerCase();
}

export const STANDINGS: readonly Standing[] = ['needs_you', 'running', 'idle'];

/** The rows under their standings; a standing without rows is left out. */
export function boardGroups(rows: readonly SessionRow[]): { standing: Standing; rows: SessionRow[] }[] {
  return STANDINGS.map((standing) => ({
    standing,
    rows: rows.filter((row) => row.standing === standing),
  })).filter((group) => group.rows.length > 0);
}
