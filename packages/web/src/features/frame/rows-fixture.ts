import type { Project, Session } from '@pilotlight/protocol';
import type { Mark, SessionRow } from '../../live/groups.ts';

/** A row for tests, of project `shop` when nothing else is said. */
export function row(id: string, mark: Mark, changes: Partial<Session> = {}): SessionRow {
  const standing =
    mark === 'idle' ? 'idle' : mark === 'running' || mark === 'queued' ? 'running' : 'needs_you';
  const session: Session = {
    id,
    projectId: 'shop',
    title: id,
    inPlace: false,
    worktree: null,
    diff: null,
    createdAt: 1,
    archivedAt: null,
    ...changes,
  } as Session;
  const project = aProject(session.projectId);
  return { session, project, chats: [], chat: null, questions: [], mark, standing, updatedAt: 1 };
}

export function aProject(id: string, name = id): Project {
  return { id, name, path: `/code/${name}`, kind: 'git', createdAt: 1 };
}
