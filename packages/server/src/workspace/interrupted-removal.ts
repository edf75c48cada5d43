import { lstat, rename, rm } from 'node:fs/promises';

/** Where a worktree waits for the second look: may hold work, so it is only ever put back. */
export const asideOf = (path: string): string => `${path}.removing`;

/** Where it waits to be deleted, after it was found to hold nothing. */
export const doomedOf = (path: string): string => `${path}.removed`;

/** Ends what a removal that was cut short has left of a worktree; see remove-worktree.ts. */
export async function settleInterruptedRemoval(path: string): Promise<void> {
  await rm(doomedOf(path), { recursive: true, force: true });
  if ((await exists(asideOf(path))) && !(await exists(path))) await rename(asideOf(path), path);
}

export async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
