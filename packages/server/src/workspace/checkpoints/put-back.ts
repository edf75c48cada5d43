import { rm } from 'node:fs/promises';
import { PilotlightError } from '@pilotlight/protocol';
import { gitFailure } from '../git.ts';
import { compareTrees, type TreeChange } from './compare-trees.ts';
import { findInTheWay } from './in-the-way.ts';
import { shown, toInput } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';

/**
 * The tree that a tree becomes by these changes. Nothing on the disk changes.
 *
 * @throws PilotlightError `git_failed`
 */
export async function treeWith(
  shadow: Shadow,
  tree: string,
  changes: readonly TreeChange[],
): Promise<string> {
  const env = { GIT_INDEX_FILE: shadow.scratchIndex };
  // Removals first: what comes may lie where something is in the way.
  const gone = changes.filter(({ to }) => to === null).map(({ path }) => `0 ${shadow.zero}\t${path}`);
  const there = changes.flatMap(({ path, to }) => (to === null ? [] : [`${to.mode} ${to.object}\t${path}`]));
  try {
    await rm(`${shadow.scratchIndex}.lock`, { force: true });
    await shadow.gitOk(['read-tree', tree], { env });
    await shadow.gitOk(['update-index', '--add', '--replace', '-z', '--index-info'], {
      env,
      input: toInput([...gone, ...there]),
    });
    return (await shadow.gitOk(['write-tree'], { env })).stdout.trim();
  } finally {
    await rm(shadow.scratchIndex, { force: true });
  }
}

/**
 * Makes the files on the disk those of `to`. They must be as `from` says, and so must our index: a snapshot has just been
 * taken. Every file is looked at first, and none is changed when one was changed since, or when something that no checkpoint
 * holds (an ignored file, one that was left out) is in the way.
 *
 * @throws PilotlightError `conflict`
 */
export async function putBack(shadow: Shadow, from: string, to: string): Promise<void> {
  const [first, ...more] = await findInTheWay(shadow.worktreePath, await compareTrees(shadow, from, to));
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    throw refused(shadow, `${shown(first)}${others} is in the way, and no checkpoint holds it.`);
  }
  // A file that was written again as it was counts as changed until our index has seen that it is the same.
  await shadow.git(['update-index', '-q', '--refresh']);
  const args = ['read-tree', '-m', '-u', from, to];
  const result = await shadow.git(args);
  if (result.exitCode === 0) return;
  if (!/not uptodate|would be overwritten|would lose untracked|would be removed/.test(result.stderr)) {
    throw gitFailure(args, shadow.worktreePath, result);
  }
  const said = shown(Buffer.from(result.stderr, 'utf8').toString('latin1')).trim();
  throw refused(shadow, said);
}

function refused({ worktreePath }: Shadow, why: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `Nothing was restored in ${worktreePath}: ${why} Move that file away, or wait until nothing writes to it, and try again.`,
    { details: { path: worktreePath } },
  );
}
