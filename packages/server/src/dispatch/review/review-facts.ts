import type { ReviewFacts } from '@pilotlight/protocol';
import { gitOk } from '../../workspace/git.ts';
import { readCommit } from '../../workspace/repository.ts';
import { findForge } from '../../workspace/review/actions/forge.ts';
import { listRemotes } from '../../workspace/review/actions/push-branch.ts';
import { baseBranchOf } from '../../workspace/review/base-branch.ts';
import { branchState } from '../../workspace/review/branch-state.ts';
import { emptyTree } from '../../workspace/review/comparison-of.ts';
import { openConflicts } from '../../workspace/review/conflicts/open-conflicts.ts';
import { listDiff } from '../../workspace/review/list-diff.ts';
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
  uncommitted: 0,
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
  const [state, counts, remotes, forge] = await Promise.all([
    branchState(folder),
    commitCounts(folder),
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
    ...counts,
    remotes,
    forge: forge?.name ?? null,
    conflicts,
    runningTurnId: writer.runningTurn(place),
  };
}

/** As a commit would count them, so that nobody is told of two files where one was renamed. */
async function commitCounts(cwd: string): Promise<Pick<ReviewFacts, 'staged' | 'uncommitted'>> {
  const from = (await readCommit(cwd, 'HEAD')) ?? (await emptyTree(cwd));
  const [staged, all] = await Promise.all([
    listDiff(cwd, { kind: 'index', from }),
    listDiff(cwd, { kind: 'tree', from }),
  ]);
  return { staged: staged.changes.length, uncommitted: all.changes.length };
}

async function distance(cwd: string, base: string, head: string): Promise<{ ahead: number; behind: number }> {
  const args = ['rev-list', '--left-right', '--count', '--end-of-options', `${base}...${head}`];
  const [behind = 0, ahead = 0] = (await gitOk(args, { cwd })).stdout.trim().split('\t').map(Number);
  return { ahead, behind };
}
