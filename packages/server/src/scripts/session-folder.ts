import type { Project, Session } from '@pilotlight/protocol';

/** Where the scripts of a session run: its worktree, or the project's own folder when it works there. */
export function scriptsFolder(session: Session, project: Project): string | null {
  if (session.worktree !== null) return session.worktree.path;
  return session.inPlace ? project.path : null;
}
