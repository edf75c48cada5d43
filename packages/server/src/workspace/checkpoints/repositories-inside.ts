import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeftOut } from '@pilotlight/protocol';
import { git } from '../git.ts';
import { byteRecords, shown } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';

/** Whether a git folder lies at that path of a worktree. */
export async function isRepositoryInside(worktreePath: string, path: string): Promise<boolean> {
  return (await stat(join(worktreePath, shown(path), '.git')).catch(() => null)) !== null;
}

/**
 * The repositories inside that hold more than the commit they are at, which is all that a checkpoint keeps of them. Our index
 * does not show it: for git a repository is changed when it is at another commit.
 *
 * @throws PilotlightError `git_failed`
 */
export async function findUncommittedInside(shadow: Shadow): Promise<LeftOut[]> {
  const { worktreePath } = shadow;
  shadow.repositories ??= await repositoriesOfIndex(shadow);
  const found = await Promise.all(
    [...shadow.repositories].map(async (path) => {
      // It may be filled again at the same commit, which our index would not show either.
      if (!(await isRepositoryInside(worktreePath, path))) return [];
      const isWork = await hasUncommitted(join(worktreePath, shown(path)));
      return isWork ? [{ path: shown(path), why: 'repository' as const }] : [];
    }),
  );
  return found.flat();
}

async function repositoriesOfIndex(shadow: Shadow): Promise<Set<string>> {
  const { bytes } = await shadow.gitOk(['ls-files', '--stage', '-z']);
  const entries = byteRecords(bytes).filter((record) => record.startsWith('160000 '));
  return new Set(entries.map((record) => record.slice(record.indexOf('\t') + 1)));
}

async function hasUncommitted(cwd: string): Promise<boolean> {
  // A submodule's repository may name the folder it was in before the worktree was moved.
  const env = { GIT_WORK_TREE: cwd };
  const result = await git(['status', '--porcelain=v1', '-z'], { cwd, env, maxBytes: 4096 });
  return result.exitCode !== 0 || result.truncated || result.stdout !== '';
}
