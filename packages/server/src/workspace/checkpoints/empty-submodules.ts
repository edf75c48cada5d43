import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitOk } from '../git.ts';
import { byteRecords, onDisk } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';

/** worktree → the submodules in the user's index, and when that was read */
const known = new Map<string, { stamp: string; links: string[] }>();

/**
 * Submodules that nobody has filled, as lines of `update-index --index-info`. They are as the user's index has them: to git
 * an empty folder in their place is no change.
 *
 * @throws PilotlightError `git_failed`
 */
export async function emptySubmodules({ worktreePath, userIndex }: Shadow): Promise<string[]> {
  if (!existsSync(join(worktreePath, '.gitmodules'))) return [];
  const index = await stat(userIndex, { bigint: true }).catch(() => null);
  if (index === null) return [];
  const stamp = `${index.ino} ${index.size} ${index.mtimeNs}`;
  let found = known.get(worktreePath);
  if (found?.stamp !== stamp) {
    const { bytes } = await gitOk(['ls-files', '--stage', '-z'], { cwd: worktreePath });
    const links = byteRecords(bytes).filter((record) => record.startsWith('160000 '));
    known.set(worktreePath, (found = { stamp, links }));
  }
  return found.links.flatMap((record) => {
    const [, commit, path] = /^160000 ([0-9a-f]+) 0\t(.+)$/s.exec(record) ?? [];
    return path !== undefined && isEmptyFolder(onDisk(worktreePath, path))
      ? [`160000 ${commit}\t${path}`]
      : [];
  });
}

function isEmptyFolder(path: Parameters<typeof readdirSync>[0]): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}
