import { inspectFolder } from './repository.ts';
import { assertWorktree } from './worktree-state.ts';

/**
 * The answer of something git was asked in a folder that should be a working tree; null when it is a plain folder.
 *
 * @throws PilotlightError `worktree_missing` when the folder, or its .git, is gone; else what `asked` throws
 */
export async function nullWithoutGit<T>(folder: string, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    // Looked at only now, so that the usual case does not pay for it.
    if ((await inspectFolder(folder)).kind === 'folder') return null;
    await assertWorktree(folder);
    throw error;
  }
}
