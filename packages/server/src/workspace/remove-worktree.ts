import { rename, rm } from 'node:fs/promises';
import { PilotlightError } from '@pilotlight/protocol';
import { gitOk } from './git.ts';
import { asideOf, doomedOf, exists, settleInterruptedRemoval } from './interrupted-removal.ts';
import { KeyedLock } from './keyed-lock.ts';
import { withRepository } from './repository-lock.ts';
import { countIgnored, countOwnCommits, findUncommittedWork } from './uncommitted-work.ts';
import type { WorktreeEntry } from './worktree-list.ts';
import { findWorktree, resolveParent } from './worktree-list.ts';
import { worktreeState } from './worktree-state.ts';

/*
 * A worktree is moved aside, looked at once more, marked, struck from git's list, and deleted, in that order:
 *
 *   path ──rename──▶ path.removing ──second look──▶ path.removed ──entry struck──▶ deleted
 *     ▲                   │ work found, or a crash          │ entry cannot be struck
 *     └──────rename───────┴─────────────────────────────────┘
 *
 * So nothing can be written at the path between the look and the deletion, and after a crash the name says whether the
 * folder may hold work (it is put back) or was found to hold none (it is deleted).
 *
 * Once a day git writes the folder it is started in into the entry of that worktree. The first look, at the path, has just
 * had it do so, so the second one, aside, does not.
 *
 * The repositories of submodules lie in the entry, and go when that is struck: after the second look.
 */

export interface RemoveWorktreeOptions {
  projectPath: string;
  path: string;
  branch: string;
  /**
   * Why what is in the folder may not go, in sentences; asked once at its path and once aside. Unless told: anything
   * uncommitted.
   */
  reasons?: ((folder: string) => Promise<string[]>) | undefined;
}

export interface RemovedWorktree {
  /** false: there was nothing at the path any more (its entry in git's list is gone now) */
  removed: boolean;
  /** always kept */
  branch: string;
  /** commits that only this branch holds */
  ownCommits: number;
  /** ignored files and folders that went away with it, a folder counted once */
  ignored: number;
}

const removals = new KeyedLock();

/**
 * Removes the folder of a session's worktree. Its branch, and so every commit, is kept.
 *
 * @throws PilotlightError `worktree_dirty` (details: `reasons`) while it holds anything that is nowhere else,
 *   `worktree_failed` when the path is no worktree of this project, its main one, or locked by somebody
 */
export async function removeWorktree(options: RemoveWorktreeOptions): Promise<RemovedWorktree> {
  const path = await resolveParent(options.path);
  return removals.run(path, () => removeAlone({ ...options, path }));
}

async function removeAlone({
  projectPath,
  path,
  branch,
  reasons = uncommitted,
}: RemoveWorktreeOptions): Promise<RemovedWorktree> {
  await settleInterruptedRemoval(path);
  const entry = await withRepository(projectPath, () => findWorktree(projectPath, path));
  const ownCommits = await countOwnCommits(projectPath, branch);

  if (!(await exists(path))) {
    if (entry !== null) await strike(projectPath, requireRemovable(path, entry));
    return { removed: false, branch, ownCommits, ignored: 0 };
  }
  const own = requireRemovable(path, entry);
  await requireNothingToLose(path, reasons);
  const ignored = await countIgnored(path);
  await deleteAside(projectPath, own, path, reasons);
  return { removed: true, branch, ownCommits, ignored };
}

async function deleteAside(
  projectPath: string,
  entry: WorktreeEntry,
  path: string,
  reasons: (folder: string) => Promise<string[]>,
): Promise<void> {
  const [aside, doomed] = [asideOf(path), doomedOf(path)];
  await rename(path, aside);
  try {
    await requireNothingToLose(aside, reasons, path);
    await rename(aside, doomed);
    await strike(projectPath, entry);
  } catch (error) {
    await rename((await exists(doomed)) ? doomed : aside, path);
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}

/** Strikes one entry from git's list, and deletes what is at its path, if anything is. */
async function strike(projectPath: string, entry: WorktreeEntry): Promise<void> {
  await withRepository(projectPath, () =>
    gitOk(['worktree', 'remove', '--force', entry.path], { cwd: projectPath }),
  );
}

function requireRemovable(path: string, entry: WorktreeEntry | null): WorktreeEntry {
  if (entry === null || entry.isMain) {
    throw new PilotlightError(
      'worktree_failed',
      `${path} is not a worktree of this project, so it was left alone. Look at \`git worktree list\`, and delete the folder by hand if you do not need it.`,
      { details: { path } },
    );
  }
  if (entry.locked !== null) {
    throw new PilotlightError(
      'worktree_failed',
      `The worktree ${path} is locked (${entry.locked || 'no reason given'}). Run \`git worktree unlock '${path}'\` if it may go.`,
      { details: { path, reason: entry.locked } },
    );
  }
  return entry;
}

async function uncommitted(folder: string): Promise<string[]> {
  const state = await worktreeState(folder);
  if (state.exists) return findUncommittedWork(folder, state);
  return ['a .git that is missing or damaged, so nobody can say what is uncommitted'];
}

/** @param shownAs the path the user knows */
async function requireNothingToLose(
  path: string,
  reasonsOf: (folder: string) => Promise<string[]>,
  shownAs = path,
): Promise<void> {
  const reasons = await reasonsOf(path);
  if (reasons.length === 0) return;
  throw new PilotlightError(
    'worktree_dirty',
    `The worktree ${shownAs} was not removed, because it holds work that is nowhere else: ${reasons.join('; ')}. Commit it, or have it kept for 30 days when the session goes: with \`--keep-uncommitted\` of \`pilotlight session remove\`, or delete it in the page.`,
    { details: { path: shownAs, reasons } },
  );
}
