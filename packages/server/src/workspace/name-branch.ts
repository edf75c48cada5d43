import { git, gitOk } from './git.ts';
import { readBranch } from './repository.ts';
import { BRANCH_PREFIX, NAMELESS, shortId, slugify } from './worktree-name.ts';

export interface NamedBranch {
  projectPath: string;
  /** of the worktree that has it checked out */
  path: string;
  sessionId: string;
  branch: string;
  /** the session's title */
  name: string;
  /** no turn has run there, so nobody has pushed it */
  isNew: boolean;
}

/** Whether the branch was named after its session, and the session is called otherwise now. */
export function isToBeNamed({
  sessionId,
  branch,
  name,
}: Pick<NamedBranch, 'sessionId' | 'branch' | 'name'>): boolean {
  const ours = branch.startsWith(BRANCH_PREFIX) && branch.endsWith(`-${shortId(sessionId)}`);
  const wanted = branchOf(sessionId, name);
  return ours && branch !== wanted && wanted !== branchOf(sessionId, '');
}

/**
 * Names the branch after its session, where it is checked out too.
 * @returns null: it stays as it is, since others know it by its name (it was pushed) or somebody renamed it
 */
export async function nameBranch({
  projectPath,
  path,
  sessionId,
  branch,
  name,
  isNew,
}: NamedBranch): Promise<string | null> {
  const wanted = branchOf(sessionId, name);
  if (!isNew && (await isPushed(projectPath, branch))) return null;
  const { exitCode } = await git(['branch', '-m', branch, wanted], { cwd: projectPath });
  if (exitCode === 0) return wanted;
  // An earlier server may have died before it could say so.
  return (await readBranch(path)) === wanted ? wanted : null;
}

function branchOf(sessionId: string, name: string): string {
  return `${BRANCH_PREFIX}${slugify(name, NAMELESS)}-${shortId(sessionId)}`;
}

/** Whether a remote has a branch of that name, or the branch follows one. */
async function isPushed(projectPath: string, branch: string): Promise<boolean> {
  const args = [
    'for-each-ref',
    '--format=%(refname)%(upstream)',
    `refs/remotes/*/${branch}`,
    `refs/heads/${branch}`,
  ];
  const { stdout } = await gitOk(args, { cwd: projectPath });
  return stdout.trim() !== '' && stdout.trim() !== `refs/heads/${branch}`;
}
