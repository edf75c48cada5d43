import { git } from './git.ts';
import { BRANCH_PREFIX, NAMELESS, shortId, slugify } from './worktree-name.ts';

export interface NamedBranch {
  projectPath: string;
  sessionId: string;
  branch: string;
  /** the session's title */
  name: string;
}

/** Whether the branch was made before its session had a name, and the session has one now. */
export function isToBeNamed({ sessionId, branch, name }: Omit<NamedBranch, 'projectPath'>): boolean {
  const nameless = `${BRANCH_PREFIX}${NAMELESS}-${shortId(sessionId)}`;
  return branch === nameless && branchOf(sessionId, name) !== nameless;
}

/** Names the branch after its session, where it is checked out too. Null: it stays as it is, or was named by another. */
export async function nameBranch({
  projectPath,
  sessionId,
  branch,
  name,
}: NamedBranch): Promise<string | null> {
  const wanted = branchOf(sessionId, name);
  const { exitCode } = await git(['branch', '-m', branch, wanted], { cwd: projectPath });
  return exitCode === 0 ? wanted : null;
}

function branchOf(sessionId: string, name: string): string {
  return `${BRANCH_PREFIX}${slugify(name, NAMELESS)}-${shortId(sessionId)}`;
}
