import type { ReviewFacts } from '@pilotlight/protocol';
import { gitOk } from '../../workspace/git.ts';
import { findForge } from '../../workspace/review/actions/forge.ts';
import { listRemotes } from '../../workspace/review/actions/push-branch.ts';
import { baseBranchOf } from '../../workspace/review/base-branch.ts';
import { branchState } from '../../workspace/review/branch-state.ts';
import { openConflicts } from '../../workspace/review/conflicts/open-conflicts.ts';
import { worktreeState } from '../../workspace/worktrees.ts';
import type { Catalog } from '../catalog.ts';
import { NO_CONFLICTS } from './conflict-desk.ts';
import { findReviewPlace } from './review-place.ts';
import type { WorktreeWriter } from './worktree-writer.ts';

const NOTHING: ReviewFacts = {
  branch: null,
  baseBranch: null,
  ahead: null,
  behind: null,
  staged: 0,
  unstaged: 0,
  remotes: [],
  forge: null,
  conflicts: NO_CONFLICTS,
  runningTurnId: null,
};

/** What can be done with the changes of a session. @throws PilotlightError `session_not_found`, `worktree_missing`, `git_failed` */
export async function reviewFacts(
  catalog: Catalog,
  writer: WorktreeWriter,
  env: NodeJS.ProcessEnv,
  sessionId: string,
): Promise<ReviewFacts> {
  const place = await findReviewPlace(catalog, sessionId);
  if (place === null || !place.isItsOwn) return NOTHING;
  const { folder, session, project } = place;
  const [state, { dirty }, remotes, forge] = await Promise.all([
    branchState(folder),
    worktreeState(folder),
    listRemotes(folder),
    findForge(env, null),
  ]);
  const { branch, head } = state;
  const base = await baseBranchOf(session, project, branch);
  const [apart, conflicts] = await Promise.all([
    base === null || head === null ? null : distance(folder, base.commit, head),
    openConflicts(folder, state, base),
  ]);
  return {
    branch,
    baseBranch: base?.name ?? null,
    ahead: apart?.ahead ?? null,
    behind: apart?.behind ?? null,
    staged: dirty.staged,
    unstaged: dirty.unstaged + dirty.untracked,
    remotes,
    forge: forge?.name ?? null,
    conflicts,
    runningTurnId: writer.runningTurn(place),
  };
}

async function distance(cwd: string, base: string, head: string): Promise<{ ahead: number; behind: number }> {
  const args = ['rev-list', '--left-right', '--count', '--end-of-options', `${base}...${head}`];
  const [behind = 0, ahead = 0] = (await gitOk(args, { cwd })).stdout.trim().split('\t').map(Number);
  return { ahead, behind };
}
