/** The life of a session's worktree: made, looked at, guarded before a turn, removed. */
export type { CreatedWorktree, CreateWorktreeOptions } from './create-worktree.ts';
export { createWorktree, releaseWorktree } from './create-worktree.ts';
export { dropWorktree } from './drop-worktree.ts';
export { isToBeNamed, nameBranch } from './name-branch.ts';
export { removeWorktree } from './remove-worktree.ts';
export { findMovedWorktree, repairWorktree } from './repair-worktree.ts';
export { assertWorktree, worktreeState } from './worktree-state.ts';
