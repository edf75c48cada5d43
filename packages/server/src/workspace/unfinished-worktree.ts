import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitOk } from './git.ts';
import { gitFolders, readSmallFile } from './named-git-folder.ts';
import type { WorktreeEntry } from './worktree-list.ts';

/**
 * The reason a worktree is locked with while it is being made: git writes it before anything else, and it is taken away
 * last. Until then nobody has been given the path, so whatever is found under it is ours to clear away.
 */
export const CREATING = 'pilotlight: being created';

/** Files an entry has once git has finished with it; without one of them, git fails on the whole list. */
const ENTRY_FILES = ['gitdir', 'commondir', 'HEAD'];
/** Somebody else's creation may be at that very point; git is past it within milliseconds. */
const ABANDONED_AFTER_MS = 60_000;

export function isBeingCreated(entry: WorktreeEntry): boolean {
  return entry.locked === CREATING;
}

/** Whether there is a worktree at that path that is being made, or was when its server died. Starts no git. */
export async function isHalfMade(path: string): Promise<boolean> {
  const folders = await gitFolders(path);
  if (folders === null) return false;
  return (await readSmallFile(join(folders.own, 'locked')))?.trim() === CREATING;
}

/** For an entry under the CREATING lock, or one without folder. Twice `--force` is git's word for a locked one. */
export async function clearUnfinished(projectPath: string, entry: WorktreeEntry): Promise<void> {
  const ours = isBeingCreated(entry);
  if (ours) await rm(entry.path, { recursive: true, force: true });
  const force = ours ? ['--force', '--force'] : ['--force'];
  await gitOk(['worktree', 'remove', ...force, entry.path], { cwd: projectPath });
}

/**
 * Removes entries that are only half written because git was killed over them: as long as one is there, nothing can be
 * listed or added in the whole repository. Only those under the CREATING lock, so only ours.
 *
 * @param commonDir the repository's own folder
 * @param short the session's short id: its entry goes at once, those of other sessions when they are a minute old
 */
export async function clearHalfWritten(commonDir: string, short: string): Promise<void> {
  const folder = join(commonDir, 'worktrees');
  for (const name of await readdir(folder).catch(() => [])) {
    const entry = join(folder, name);
    const reason = await readFile(join(entry, 'locked'), 'utf8').catch(() => '');
    if (reason.trim() !== CREATING || (await isWhole(entry))) continue;
    const age = Date.now() - ((await stat(entry).catch(() => null))?.mtimeMs ?? 0);
    if (name.endsWith(`-${short}`) || age > ABANDONED_AFTER_MS)
      await rm(entry, { recursive: true, force: true });
  }
}

async function isWhole(entry: string): Promise<boolean> {
  const sizes = await Promise.all(
    ENTRY_FILES.map((name) =>
      stat(join(entry, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.every((size) => size > 0);
}
