import { git, gitFailure } from '../../git.ts';

/**
 * What two commits would be merged to, without a look at any file on the disk: the tree, and the files that would be in conflict
 * in it.
 *
 * @throws PilotlightError `git_failed`
 */
export async function tryMergeOf(
  cwd: string,
  ours: string,
  theirs: string,
): Promise<{ tree: string; conflicts: string[] }> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs];
  const result = await git(args, { cwd });
  const [tree = '', ...conflicts] = result.stdout.split('\0').filter((record) => record !== '');
  const isMerged = result.exitCode === 0 || (result.exitCode === 1 && conflicts.length > 0);
  if (isMerged && tree !== '') return { tree, conflicts };
  throw gitFailure(args, cwd, result);
}
