import { stat } from 'node:fs/promises';
import { gitOk } from './git.ts';
import { removeRefsOf } from './checkpoints/write-commit.ts';
import { removeWorktree } from './remove-worktree.ts';
import { readCommit } from './repository.ts';
import { withRepository } from './repository-lock.ts';
import { findSessionBranch, findSessionWorktree, projectWorktrees } from './session-worktree.ts';
import { countOwnCommits } from './uncommitted-work.ts';
import { clearHalfWritten, clearUnfinished, isBeingCreated } from './unfinished-worktree.ts';
import { shortId } from './worktree-name.ts';

export interface DropWorktreeOptions {
  projectPath: string;
  worktreesFolder: string;
  sessionId: string;
}

/**
 * Removes the worktree that was made for a session that never came, half made or whole, with the state that was kept of it,
 * and its branch when that holds nothing of its own. A repository that is gone has taken them with it.
 * @throws PilotlightError `worktree_dirty` and the others of `removeWorktree`, when somebody used it all the same
 */
export async function dropWorktree({
  projectPath,
  worktreesFolder,
  sessionId,
}: DropWorktreeOptions): Promise<void> {
  if ((await stat(projectPath).catch(() => null)) === null) return;
  const short = shortId(sessionId);
  const folder = await projectWorktrees(worktreesFolder, projectPath);
  const found = await withRepository(projectPath, async (commonDir) => {
    await clearHalfWritten(commonDir, short);
    const entry = await findSessionWorktree(projectPath, folder, short);
    if (entry === undefined || !isBeingCreated(entry)) return entry;
    await clearUnfinished(projectPath, entry);
    return undefined;
  });
  const branch = await findSessionBranch(projectPath, short);
  if (found !== undefined)
    await removeWorktree({ projectPath, path: found.path, branch: branch ?? found.branch ?? '' });
  await removeRefsOf(projectPath, sessionId);
  if (branch === null || (await countOwnCommits(projectPath, branch)) > 0) return;
  const commit = await readCommit(projectPath, `refs/heads/${branch}`);
  // Named with the commit it must still be at: a branch somebody commits to meanwhile stays.
  if (commit !== null)
    await gitOk(['update-ref', '-d', `refs/heads/${branch}`, commit], { cwd: projectPath });
}
