import { fillSubmodules } from '../submodules/fill-submodules.ts';
import { repositoriesOf } from './last-state.ts';
import { readNotHeld, type NotHeld } from './left-out.ts';
import { putBack } from './put-back.ts';
import { isRepositoryInside } from './repositories-inside.ts';
import type { Shadow } from './shadow.ts';

/**
 * Makes the files of a new worktree those of a checkpoint, with the submodules it had.
 *
 * @param tree what the files are
 * @param commit of the checkpoint
 * @param sources working trees that may have the repositories of submodules, asked in this order
 * @returns what the checkpoint did not hold, so that it is missing or not as it was
 * @throws PilotlightError `conflict`, `git_failed`
 */
export async function fillFrom(
  shadow: Shadow,
  { tree, commit, sources }: { tree: string; commit: string; sources: readonly string[] },
): Promise<NotHeld[]> {
  const { worktreePath } = shadow;
  await putBack(shadow, tree, `${commit}^{tree}`);
  for (const projectPath of sources) await fillSubmodules({ projectPath, worktreePath, tree: commit });
  const notHeld = await readNotHeld(shadow, commit);
  const named = new Set(notHeld.map(({ path }) => path));
  for (const path of await repositoriesOf(shadow, commit)) {
    if (!named.has(path) && !(await isRepositoryInside(worktreePath, path)))
      notHeld.push({ path, why: 'repository' });
  }
  return notHeld;
}
