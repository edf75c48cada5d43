import { lstat } from 'node:fs/promises';
import { PilotlightError } from '@pilotlight/protocol';
import { gitOk, type GitOptions } from './git.ts';
import { readBranch, readCommit } from './repository.ts';
import { isHalfMade } from './unfinished-worktree.ts';
import { isWorktreeTop } from './worktree-top.ts';

/** Files with uncommitted work; one that is both staged and modified further counts in both. */
export interface DirtyCounts {
  staged: number;
  /** modified, deleted or in conflict, not staged */
  unstaged: number;
  untracked: number;
}

export interface WorktreeState {
  /** false: the folder is gone, or is not the top of a working tree any more; the rest is then empty */
  exists: boolean;
  /** short name; null when HEAD is detached */
  branch: string | null;
  /** null without commits */
  head: string | null;
  dirty: DirtyCounts;
}

const CLEAN: DirtyCounts = { staged: 0, unstaged: 0, untracked: 0 };

/**
 * What a worktree holds now. Changes inside submodules are not looked at here (git would start itself inside them, with
 * their configuration); see `findPopulatedSubmodules`.
 *
 * @param env for git, see GitOptions
 * @throws PilotlightError `git_failed`
 */
export async function worktreeState(path: string, env?: GitOptions['env']): Promise<WorktreeState> {
  if (!(await isWorktreeTop(path))) return { exists: false, branch: null, head: null, dirty: { ...CLEAN } };
  const [branch, head, status] = await Promise.all([
    readBranch(path, env),
    readCommit(path, 'HEAD', env),
    gitOk(
      [
        'status',
        '--porcelain=v1',
        '-z',
        '--untracked-files=all',
        '--no-renames',
        '--ignore-submodules=dirty',
      ],
      { cwd: path, env },
    ),
  ]);
  return { exists: true, branch, head, dirty: countDirty(status.stdout) };
}

/**
 * To be asked before a turn: an agent that is started in a folder that has lost its `.git` would work, and commit, in
 * whatever repository is found further up.
 *
 * @throws PilotlightError `worktree_missing`
 */
export async function assertWorktree(path: string): Promise<void> {
  const [isHalf, isTop] = await Promise.all([isHalfMade(path), isWorktreeTop(path)]);
  if (!isHalf && isTop) return;
  const folder = await lstat(path).catch(() => null);
  const what = isHalf
    ? 'was not made to its end'
    : folder === null
      ? 'does not exist any more'
      : 'is not a git worktree any more (its .git is missing or damaged)';
  throw new PilotlightError(
    'worktree_missing',
    `The worktree ${path} ${what}. Put the folder back, or have it made again from its branch and the last state that was kept: \`pilotlight session repair <session>\`.`,
    { details: { path } },
  );
}

/** Total of uncommitted files. */
export function countUncommitted(dirty: DirtyCounts): number {
  return dirty.staged + dirty.unstaged + dirty.untracked;
}

/** Reads `git status --porcelain=v1 -z --no-renames`: `XY path NUL …`. */
function countDirty(status: string): DirtyCounts {
  const dirty = { ...CLEAN };
  for (const record of status.split('\0')) {
    if (record === '') continue;
    const [index, folder] = record;
    if (index === '?') dirty.untracked += 1;
    else if (index === 'U' || folder === 'U' || record.startsWith('AA') || record.startsWith('DD'))
      dirty.unstaged += 1;
    else {
      if (index !== ' ') dirty.staged += 1;
      if (folder !== ' ') dirty.unstaged += 1;
    }
  }
  return dirty;
}
