import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../interrupted-removal.ts';

/**
 * Removes the git folders of ours whose worktree does not exist any more. Each holds an index, which a worktree that comes
 * back fills again.
 *
 * @param folder under which all of them lie
 * @param inUse those that are not to be touched: their worktree may lie elsewhere for a moment. Asked for each.
 */
export async function sweepShadows(
  folder: string,
  inUse: () => Promise<ReadonlySet<string | undefined>>,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const gitDir = join(folder, name);
    const worktree = await readFile(join(gitDir, 'worktree'), 'utf8').catch(() => null);
    if (worktree === null || (await exists(worktree.replace(/\n$/, '')))) continue;
    if (!(await inUse()).has(gitDir)) await rm(gitDir, { recursive: true, force: true });
  }
}
