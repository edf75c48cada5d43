import { lstat, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';
import { createWorktree, releaseWorktree } from './create-worktree.ts';
import { git } from './git.ts';
import { readCommit } from './repository.ts';
import { withRepository } from './repository-lock.ts';
import { fillSubmodules } from './submodules/fill-submodules.ts';
import { isBeingCreated, isHalfMade } from './unfinished-worktree.ts';
import { listWorktrees } from './worktree-list.ts';
import { shortId } from './worktree-name.ts';
import { isWorktreeTop } from './worktree-top.ts';

export interface LostWorktree {
  projectPath: string;
  worktreesFolder: string;
  sessionId: string;
  /** where it was */
  path: string;
  branch: string;
  baseCommit: string;
}

export interface RepairWorktreeOptions extends LostWorktree {
  /** the session's title */
  name: string;
  /** the commit of its last state that is kept; null without one */
  checkpoint: string | null;
  /** Makes the files of a worktree that is being made those of a checkpoint, byte for byte. */
  fill(path: string, commit: string): Promise<void>;
}

/**
 * `present`: nothing was wrong. `moved`: it lies elsewhere. `linked`: folder and repository had lost each other, and every
 * file is as it was. `recreated`: made again from its branch, with the files of `checkpoint` where there is one.
 */
export type RepairHow = 'present' | 'moved' | 'linked' | 'recreated';

export interface RepairedWorktree {
  how: RepairHow;
  path: string;
  branch: string;
  /** the files are those of the checkpoint; false: those of the branch */
  fromCheckpoint: boolean;
}

/**
 * Where a worktree is now that was moved with `git worktree move`, or by hand and used since (git notes where it is then).
 * @returns null when git knows of no other place
 * @throws PilotlightError `git_failed`
 */
export async function findMovedWorktree(lost: LostWorktree): Promise<string | null> {
  const { projectPath, path, branch, sessionId } = lost;
  const entries = await withRepository(projectPath, () => listWorktrees(projectPath));
  const ours = entries.filter(
    (entry) =>
      !entry.isMain &&
      !isBeingCreated(entry) &&
      (entry.branch === branch || basename(entry.path).endsWith(`-${shortId(sessionId)}`)),
  );
  for (const entry of ours) if (entry.path !== path && (await isWorktreeTop(entry.path))) return entry.path;
  return null;
}

/**
 * Brings back a worktree that is not where it should be. Never overwrites: a folder that is in the way is refused.
 * @throws PilotlightError `worktree_failed` for a folder that is there and cannot be linked again, `git_failed`
 */
export async function repairWorktree(options: RepairWorktreeOptions): Promise<RepairedWorktree> {
  const { projectPath, path, branch } = options;
  const found = { path, branch, fromCheckpoint: false };
  if (await isHalfMade(path)) {
    await setAside(path);
    return recreate(options);
  }
  if (await isWorktreeTop(path)) return { ...found, how: 'present' };
  const moved = await findMovedWorktree(options);
  if (moved !== null) return { ...found, how: 'moved', path: moved };
  if ((await lstat(path).catch(() => null)) !== null) {
    await withRepository(projectPath, () => git(['worktree', 'repair', path], { cwd: projectPath }));
    if (await isWorktreeTop(path)) return { ...found, how: 'linked' };
    throw new PilotlightError(
      'worktree_failed',
      `${path} is there, but its .git is missing or damaged and git cannot link it again. Its files were left alone. Move the folder away and try again; then it is made anew beside it.`,
      { details: { path } },
    );
  }
  return recreate(options);
}

/** A server died over making it again. Somebody may have written there since, who knew the path from before. */
async function setAside(path: string): Promise<void> {
  // Else it would be taken for the worktree that is made now.
  await rm(join(path, '.git'));
  await rename(path, `${path}.unfinished-${Date.now()}`);
}

async function recreate(options: RepairWorktreeOptions): Promise<RepairedWorktree> {
  const { projectPath, checkpoint, baseCommit } = options;
  const state = checkpoint === null ? null : await readCommit(projectPath, checkpoint);
  // What HEAD was at when the checkpoint was made, should the branch be gone too.
  const headThen = state === null ? null : await readCommit(projectPath, `${state}^`);
  // A branch that went on since then has newer files; those of the checkpoint over them would undo its commits.
  let fits = false;
  const fill = async (path: string): Promise<void> => {
    fits = headThen !== null && headThen === (await readCommit(path, 'HEAD'));
    if (state !== null && fits) await options.fill(path, state);
    else await fillSubmodules({ projectPath, worktreePath: path });
  };
  const base = headThen ?? baseCommit;
  const made = await createWorktree({ ...options, base, keepBranch: options.branch, fill });
  await releaseWorktree(projectPath, made.path);
  return { how: 'recreated', path: made.path, branch: made.branch, fromCheckpoint: fits };
}
