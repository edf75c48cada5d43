import type { Conflicts } from '@pilotlight/protocol';
import { gitOk } from '../../git.ts';
import { readCommit } from '../../repository.ts';
import type { NamedBranch } from '../base-branch.ts';
import type { BranchState } from '../branch-state.ts';

/** Where git says what is being brought in, while it is. */
const BROUGHT_IN = {
  rebase: 'REBASE_HEAD',
  merge: 'MERGE_HEAD',
  cherry_pick: 'CHERRY_PICK_HEAD',
  revert: 'REVERT_HEAD',
} as const;
const UNKNOWN = 'the other side';

/**
 * What the two sides of a conflict are called. In a rebase `ours` is what the commits are put on, and `theirs` the commit
 * of the session: the other way round than one would think, so every client says the names.
 *
 * @param base the branch that is named when it is at that commit
 */
export async function conflictSides(
  cwd: string,
  { operation, branch, onto }: Pick<BranchState, 'operation' | 'branch' | 'onto'>,
  base: NamedBranch | null,
): Promise<Conflicts['sides']> {
  if (operation === null) return null;
  const other = await readCommit(cwd, BROUGHT_IN[operation]);
  if (operation === 'merge') {
    return {
      ours: branch ?? 'this worktree',
      theirs: other === null ? UNKNOWN : await branchAt(cwd, other, base),
    };
  }
  const theirs = other === null ? UNKNOWN : await nameOf(cwd, other);
  if (operation === 'rebase')
    return { ours: onto === null ? UNKNOWN : await branchAt(cwd, onto, base), theirs };
  return { ours: branch ?? 'this worktree', theirs };
}

/** A branch that is at that commit; else the commit. */
async function branchAt(cwd: string, commit: string, base: NamedBranch | null): Promise<string> {
  if (base?.commit === commit) return base.name;
  const format = ['--count=1', `--points-at=${commit}`, '--format=%(refname:short)'];
  const { stdout } = await gitOk(['for-each-ref', ...format, 'refs/heads', 'refs/remotes'], { cwd });
  return stdout.trim() || nameOf(cwd, commit);
}

async function nameOf(cwd: string, commit: string): Promise<string> {
  const { stdout } = await gitOk(['log', '--max-count=1', '--format=%h “%s”', commit, '--'], { cwd });
  return stdout.trim();
}
