import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';
import { gitOk } from '../git.ts';
import { exists, settleInterruptedRemoval } from '../interrupted-removal.ts';
import { readCommit } from '../repository.ts';
import { withRepository } from '../repository-lock.ts';
import { fillSubmodules } from '../submodules/fill-submodules.ts';
import { clearUnfinished, CREATING, isBeingCreated } from '../unfinished-worktree.ts';
import { findWorktree, listWorktrees } from '../worktree-list.ts';
import { Shadow } from './shadow.ts';

export interface LastState {
  path: string;
  /** what HEAD was on; null: detached */
  branch: string | null;
  head: string;
  /** the commit whose tree was staged; null: there was no index */
  index: string | null;
  /** the commit whose tree the files were */
  commit: string;
  /** a server that died had begun it: what is found finished was made by that one */
  isBegun: boolean;
}

/**
 * Makes a worktree again as it was last: its place, branch, index and files. Safe to be asked again after a crash.
 *
 * @param shadows under which our git folders lie
 * @returns the branch it is on; another than before when that one has moved on or is checked out elsewhere
 * @throws PilotlightError `worktree_failed` when something is in the way, `git_failed`
 */
export async function remakeWorktree(
  projectPath: string,
  { path, branch, head, index, commit, isBegun }: LastState,
  shadows: string,
): Promise<string | null> {
  await mkdir(dirname(path), { recursive: true });
  const made = await withRepository(projectPath, async () => {
    await settleInterruptedRemoval(path);
    const entry = await findWorktree(projectPath, path);
    if (isBegun && entry !== null && !isBeingCreated(entry) && (await exists(path)))
      return { branch: entry.branch, isWhole: true };
    if (entry !== null && isBeingCreated(entry)) await clearUnfinished(projectPath, entry);
    else if (entry !== null && !(await exists(path)))
      await gitOk(['worktree', 'remove', '--force', path], { cwd: projectPath });
    if (await exists(path)) throw inTheWay(path);
    const place = await placeOn(projectPath, branch, head);
    const args = ['worktree', 'add', '--lock', '--reason', CREATING, '--no-checkout'];
    await gitOk([...args, ...place.before, path, ...place.after], { cwd: projectPath });
    return { branch: place.branch, isWhole: false };
  });
  if (made.isWhole) return made.branch;
  if (index !== null) await gitOk(['read-tree', `${index}^{tree}`], { cwd: path });
  const shadow = await Shadow.open(path, shadows);
  if (shadow === null) throw inTheWay(path);
  await shadow.forget();
  await shadow.gitOk(['read-tree', '-m', '-u', `${commit}^{tree}`]);
  await fillSubmodules({ projectPath, worktreePath: path, tree: commit });
  await withRepository(projectPath, () => gitOk(['worktree', 'unlock', path], { cwd: projectPath }));
  return made.branch;
}

interface Place {
  branch: string | null;
  before: string[];
  after: string[];
}

async function placeOn(projectPath: string, branch: string | null, head: string): Promise<Place> {
  if (branch === null) return { branch, before: ['--detach'], after: [head] };
  const taken = new Set((await listWorktrees(projectPath)).map((entry) => entry.branch));
  for (let count = 0; ; count += 1) {
    const name = count === 0 ? branch : `${branch}-restored${count === 1 ? '' : `-${count}`}`;
    const at = await readCommit(projectPath, `refs/heads/${name}`);
    if (at === null) return { branch: name, before: ['--no-track', '-b', name], after: [head] };
    if (at === head && !taken.has(name)) return { branch: name, before: [], after: [name] };
  }
}

function inTheWay(path: string): PilotlightError {
  return new PilotlightError(
    'worktree_failed',
    `${path} is in the way: the session's worktree was there before. Move the folder away and try again.`,
    { details: { path } },
  );
}
