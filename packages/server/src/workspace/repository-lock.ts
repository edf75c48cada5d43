import { realpath } from 'node:fs/promises';
import { gitOk } from './git.ts';
import { KeyedLock } from './keyed-lock.ts';

const locks = new KeyedLock();

/**
 * Runs `work` while nothing else of this process lists, adds or removes worktrees of that repository: git writes an entry
 * in several steps, and one that lists or adds meanwhile may fail on the half-written one ("failed to read commondir").
 * Not to be nested.
 *
 * @param work is given the repository's own folder
 */
export async function withRepository<T>(
  projectPath: string,
  work: (commonDir: string) => Promise<T>,
): Promise<T> {
  const args = ['rev-parse', '--path-format=absolute', '--git-common-dir'];
  const { stdout } = await gitOk(args, { cwd: projectPath });
  const commonDir = await realpath(stdout.replace(/\n$/, ''));
  return locks.run(commonDir, () => work(commonDir));
}
