import { join } from 'node:path';
import { gitOk } from './git.ts';
import { exists } from './interrupted-removal.ts';
import { readCommit } from './repository.ts';
import type { WorktreeState } from './worktree-state.ts';
import { countUncommitted, worktreeState } from './worktree-state.ts';

/**
 * Why a worktree may not be removed: everything in it that exists nowhere else. Sentences for the user, empty when it
 * may go. Stashes are kept by the repository and are safe; ignored files are not looked at.
 *
 * @param state of the same path, which exists
 * @throws PilotlightError `git_failed`
 */
export async function findUncommittedWork(path: string, state: WorktreeState): Promise<string[]> {
  const reasons: string[] = [];
  const { staged, unstaged, untracked } = state.dirty;
  if (countUncommitted(state.dirty) > 0) {
    reasons.push(`${staged} staged, ${unstaged} modified and ${untracked} untracked file(s)`);
  }
  const hidden = await countHidden(path);
  if (hidden > 0)
    reasons.push(`${hidden} file(s) hidden from git status (assume-unchanged or skip-worktree)`);
  if (state.branch === null && state.head !== null && !(await isOnSomeRef(path, state.head))) {
    reasons.push(`commit ${state.head.slice(0, 12)} on a detached HEAD that no branch holds`);
  }
  for (const submodule of await findPopulatedSubmodules(path)) {
    reasons.push(...(await findSubmoduleWork(path, submodule)));
  }
  return reasons;
}

/** Submodules checked out in this worktree, relative to it. Their repositories are removed together with it. */
export async function findPopulatedSubmodules(path: string): Promise<string[]> {
  const { stdout } = await gitOk(['ls-files', '--stage', '-z'], { cwd: path });
  const populated: string[] = [];
  for (const record of stdout.split('\0')) {
    if (!record.startsWith('160000 ')) continue;
    const name = record.slice(record.indexOf('\t') + 1);
    if (await exists(join(path, name, '.git'))) populated.push(name);
  }
  return populated;
}

async function findSubmoduleWork(path: string, submodule: string): Promise<string[]> {
  const folder = join(path, submodule);
  const state = await worktreeState(folder);
  const reasons = state.exists ? await findUncommittedWork(folder, state) : ['a .git that git cannot read'];
  if (state.exists && state.head !== null) {
    const args = ['rev-list', '--count', 'HEAD', '--branches', '--not', '--remotes'];
    const { stdout } = await gitOk(args, { cwd: folder });
    if (Number(stdout) > 0) reasons.push(`${stdout.trim()} commit(s) that were not pushed`);
  }
  return reasons.map((reason) => `submodule ${submodule}: ${reason}`);
}

/** Files that `git status` was told not to look at: lower-case tags, and `S` (skip-worktree) that are on disk all the same. */
async function countHidden(path: string): Promise<number> {
  const { stdout } = await gitOk(['ls-files', '-v', '-z'], { cwd: path });
  let hidden = 0;
  for (const record of stdout.split('\0')) {
    const tag = record[0] ?? 'H';
    const looked = tag === tag.toUpperCase() && tag !== 'S';
    if (!looked && (await exists(join(path, record.slice(2))))) hidden += 1;
  }
  return hidden;
}

async function isOnSomeRef(path: string, commit: string): Promise<boolean> {
  const { stdout } = await gitOk(['for-each-ref', '--count=1', '--contains', commit], { cwd: path });
  return stdout !== '';
}

/**
 * Commits of a branch that are on no other branch, tag or remote: they stay with the branch, and the user is told.
 * 0 when there is no such branch.
 */
export async function countOwnCommits(projectPath: string, branch: string): Promise<number> {
  const ref = `refs/heads/${branch}`;
  if ((await readCommit(projectPath, ref)) === null) return 0;
  const args = [
    'rev-list',
    '--count',
    ref,
    '--not',
    `--exclude=${branch}`,
    '--branches',
    '--tags',
    '--remotes',
  ];
  const { stdout } = await gitOk(args, { cwd: projectPath });
  return Number(stdout);
}

/** Ignored files and folders (a folder counts once): they go away with the worktree. */
export async function countIgnored(path: string): Promise<number> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await gitOk(args, { cwd: path });
  return stdout.split('\0').length - 1;
}
