import { PilotlightError, type Project, type Session } from '@pilotlight/protocol';
import { inspectFolder, readCommit } from '../../workspace/repository.ts';
import { assertWorktree } from '../../workspace/worktrees.ts';
import type { Catalog } from '../catalog.ts';

/** Where the changes of a session are. */
export interface ReviewPlace {
  session: Session;
  project: Project;
  /** top of the working tree; the project's own while the session has no worktree */
  folder: string;
  /** the session works in `folder` */
  isItsOwn: boolean;
  /** what the session is compared with; null: no commit yet */
  baseCommit: string | null;
}

/**
 * @returns null for a plain folder: there is nothing to review without git
 * @throws PilotlightError `session_not_found`, `worktree_missing`, `git_failed`
 */
export async function findReviewPlace(catalog: Catalog, sessionId: string): Promise<ReviewPlace | null> {
  const session = catalog.getSession(sessionId);
  const project = catalog.getProject(session.projectId);
  const { worktree, inPlace } = session;
  if (worktree !== null) {
    await assertWorktree(worktree.path);
    return { session, project, folder: worktree.path, isItsOwn: true, baseCommit: worktree.baseCommit };
  }
  const found = await inspectFolder(project.path);
  if (found.kind !== 'git') return null;
  const baseCommit = await readCommit(found.root, 'HEAD');
  return { session, project, folder: found.root, isItsOwn: inPlace, baseCommit };
}

/**
 * As `findReviewPlace`, for what changes something.
 *
 * @throws PilotlightError `conflict` without git, before the session has a worktree, and while a turn runs there
 */
export async function requireReviewPlace(
  catalog: Catalog,
  sessionId: string,
  runningTurnIn: (place: ReviewPlace) => string | null,
): Promise<ReviewPlace> {
  const place = await findReviewPlace(catalog, sessionId);
  if (place === null || !place.isItsOwn) {
    const why =
      place === null
        ? 'its project is a folder without git'
        : 'it has no worktree yet; its first turn makes one';
    throw new PilotlightError('conflict', `Session ${sessionId} has no changes: ${why}.`, {
      details: { sessionId },
    });
  }
  const turnId = runningTurnIn(place);
  if (turnId === null) return place;
  throw new PilotlightError(
    'conflict',
    `Turn ${turnId} runs in ${place.folder}. Wait for its end, or cancel it first; nothing was changed.`,
    { details: { turnId, sessionId } },
  );
}
