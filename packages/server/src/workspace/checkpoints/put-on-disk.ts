import { PilotlightError } from '@pilotlight/protocol';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../git.ts';
import type { Shadow } from './shadow.ts';

/** Files that are written out at the same time. */
const AT_ONCE = 16;

/**
 * Waits until the disk has what a commit holds beside another one, and the ref that names it. git leaves that to the system, which
 * may take half a minute; files that are deleted or overwritten meanwhile would be nowhere after a power loss.
 *
 * @param except the commit whose contents are not asked for; null: none
 * @param ref of the commit
 * @returns the files it waited for
 * @throws PilotlightError `git_failed` when the disk does not take one of them
 */
export async function putOnDisk(
  { worktreePath, commonDir }: Pick<Shadow, 'worktreePath' | 'commonDir'>,
  { commit, except, ref }: { commit: string; except: string | null; ref: string },
): Promise<string[]> {
  const without = except === null ? [] : ['--not', except];
  const args = ['rev-list', '--objects', '--no-object-names', commit, ...without];
  const { stdout, exitCode } = await git(args, { cwd: worktreePath });
  const names = exitCode === 0 ? stdout.split('\n').filter((name) => name !== '') : [];
  const files = names.map((name) => join(commonDir, 'objects', name.slice(0, 2), name.slice(2)));
  try {
    const written = await writeOut([...files, join(commonDir, ref)]);
    // A folder cannot be written out everywhere.
    await writeOut(new Set(written.map((file) => dirname(file)))).catch(() => undefined);
    return written;
  } catch (error) {
    throw new PilotlightError(
      'git_failed',
      `What is kept of ${worktreePath} could not be written to the disk: ${String(error)}. Nothing was changed; look after the disk, then try again.`,
      { details: { folder: worktreePath }, cause: error },
    );
  }
}

/** @returns those that are there: what is in a pack has no file, and was waited for by git */
async function writeOut(paths: Iterable<string>): Promise<string[]> {
  const written: string[] = [];
  const queue = paths[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const file = await open(next.value).catch(() => null);
      if (file === null) continue;
      await file.sync().finally(() => file.close());
      written.push(next.value);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return written;
}
