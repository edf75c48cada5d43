import { PilotlightError } from '@pilotlight/protocol';
import type { UndoRecord } from './undo-record.ts';
import { git, gitFailure, gitOk } from '../../git.ts';
import { readBranch, readCommit } from '../../repository.ts';
import { listWorktrees } from '../../worktree-list.ts';
import { branchState } from '../branch-state.ts';
import { requireRoomFor } from './require-room.ts';

export type RefUndo = Extract<UndoRecord, { how: 'ref' }>;

/** Why a branch cannot go back; null: it can. */
export async function whyNotBack(undo: RefUndo): Promise<string | null> {
  const { folder, branch, after, reset } = undo;
  const name = branch ?? 'HEAD';
  const now = await readCommit(folder, branch === null ? 'HEAD' : `refs/heads/${branch}`);
  if (now !== after) return `${name} has moved since.`;
  if (reset === 'none') {
    const elsewhere = (await listWorktrees(folder)).find((entry) => entry.branch === branch);
    return elsewhere === undefined ? null : `${name} was checked out since, in ${elsewhere.path}.`;
  }
  if ((await readBranch(folder)) !== branch) return `${folder} is on another branch by now.`;
  const { operation } = await branchState(folder);
  if (operation !== null) return `A ${operation} is under way in ${folder}.`;
  // The index goes back too, and what was staged may be in no file.
  return reset === 'index' && (await isAnythingStaged(folder)) ? 'Something was staged since.' : null;
}

async function isAnythingStaged(cwd: string): Promise<boolean> {
  const args = ['diff', '--cached', '--quiet', '--ignore-submodules=dirty', 'HEAD', '--'];
  const result = await git(args, { cwd });
  if (result.exitCode > 1) throw gitFailure(args, cwd, result);
  return result.exitCode === 1;
}

/** Takes a branch back to where it was. @throws PilotlightError `conflict` when it cannot, `git_failed` */
export async function goBack(undo: RefUndo): Promise<void> {
  const why = await whyNotBack(undo);
  if (why !== null)
    throw new PilotlightError('conflict', `This cannot be undone any more: ${why} Nothing was changed.`);
  const { folder: cwd, branch, before, after, reset, indexTree } = undo;
  if (reset === 'keep') {
    await requireRoomFor(cwd, after, before ?? '');
    // Refuses by itself where a change that is not committed would be lost.
    await gitOk(['reset', '--keep', '--quiet', before ?? ''], { cwd });
    return;
  }
  const ref = branch === null ? 'HEAD' : `refs/heads/${branch}`;
  if (before === null) await gitOk(['update-ref', '-d', ref, after], { cwd });
  else await gitOk(['update-ref', '-m', 'pilotlight: undo', ref, before, after], { cwd });
  if (reset === 'index' && indexTree !== null) await gitOk(['read-tree', indexTree], { cwd });
}
