import type { DiffStat } from '@pilotlight/protocol';
import { comparisonArgs } from './comparison.ts';
import { gitOk } from './git.ts';
import { countUntracked, listUntracked } from './untracked-files.ts';
import { nullWithoutGit } from './without-git.ts';

export interface DiffStatOptions {
  worktreePath: string;
  baseCommit: string;
  signal?: AbortSignal | undefined;
}

/**
 * Everything a worktree changed since its base: committed, staged, modified and untracked, ignored files left out. The
 * index is not touched. Binary files count as files without lines; a repository inside counts as one file.
 *
 * @returns null for a plain folder
 * @throws PilotlightError `worktree_missing`, `git_failed`, `cancelled`
 */
export async function diffStat(options: DiffStatOptions): Promise<DiffStat | null> {
  const { worktreePath, signal } = options;
  const asked = Promise.all([diffTracked(options), listUntracked(worktreePath, signal)]);
  const found = await nullWithoutGit(worktreePath, asked);
  if (found === null) return null;
  const [tracked, untracked] = found;
  const counts = await countUntracked(worktreePath, untracked, signal);
  return {
    files: tracked.files + untracked.length,
    additions: counts.reduce((sum, { lines }) => sum + (lines ?? 0), tracked.additions),
    deletions: tracked.deletions,
  };
}

async function diffTracked({ worktreePath, baseCommit, signal }: DiffStatOptions): Promise<DiffStat> {
  const args = comparisonArgs(baseCommit, '--shortstat');
  const { stdout } = await gitOk(args, { cwd: worktreePath, signal });
  return {
    files: numberBefore(stdout, / files? changed/),
    additions: numberBefore(stdout, / insertions?\(\+\)/),
    deletions: numberBefore(stdout, / deletions?\(-\)/),
  };
}

/** ` 3 files changed, 10 insertions(+), 2 deletions(-)`; a part that is zero is left out. */
function numberBefore(text: string, word: RegExp): number {
  return Number(new RegExp(`(\\d+)${word.source}`).exec(text)?.[1] ?? 0);
}
