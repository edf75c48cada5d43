import { join } from 'node:path';
import { gitOk } from './git.ts';
import { exists } from './interrupted-removal.ts';
import { readCommit } from './repository.ts';
import { FILLED_REF } from './submodules/make-git-folder.ts';
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
  return [...(await findOwnWork({ cwd: path }, state)), ...(await findSubmoduleWork(path))];
}

/** The part of it that lies in submodules, at any depth: their repositories are removed together with the worktree. */
export async function findSubmoduleWork(path: string): Promise<string[]> {
  return (await findWorkInside({ cwd: path }, '')).map((reason) => `submodule ${reason}`);
}

/** Submodules checked out in this worktree, relative to it. */
export async function findPopulatedSubmodules(path: string): Promise<string[]> {
  return populatedIn({ cwd: path });
}

/** A working tree. A submodule's repository may name the folder it was in before the worktree was moved; `env` tells better. */
interface Tree {
  cwd: string;
  env?: { GIT_WORK_TREE: string };
}

const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

/** `2 staged files, 1 modified file`: what there is, and nothing of the rest. */
function dirtyWords({ staged, unstaged, untracked }: WorktreeState['dirty']): string {
  const counts = [
    [staged, 'staged'],
    [unstaged, 'modified'],
    [untracked, 'untracked'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, how]) => files(count).replace(' ', ` ${how} `))
    .join(', ');
}

async function findOwnWork(tree: Tree, state: WorktreeState): Promise<string[]> {
  const reasons: string[] = [];
  if (countUncommitted(state.dirty) > 0) reasons.push(dirtyWords(state.dirty));
  const hidden = await countHidden(tree);
  if (hidden > 0) reasons.push(`${files(hidden)} hidden from git status (assume-unchanged or skip-worktree)`);
  if (state.branch === null && state.head !== null && !(await isOnSomeRef(tree, state.head))) {
    reasons.push(`commit ${state.head.slice(0, 12)} on a detached HEAD that no branch holds`);
  }
  return reasons;
}

/** @param prefix before the paths of those in it */
async function findWorkInside(outer: Tree, prefix: string): Promise<string[]> {
  const reasons: string[] = [];
  for (const path of await populatedIn(outer)) {
    const folder = join(outer.cwd, path);
    const tree = { cwd: folder, env: { GIT_WORK_TREE: folder } };
    const state = await worktreeState(folder, tree.env);
    const work = state.exists
      ? [...(await findOwnWork(tree, state)), ...(await findUnpushed(tree, state))]
      : ['a .git that git cannot read'];
    reasons.push(...work.map((reason) => `${prefix}${path}: ${reason}`));
    if (state.exists) reasons.push(...(await findWorkInside(tree, `${prefix}${path}/`)));
  }
  return reasons;
}

async function findUnpushed(tree: Tree, { head }: WorktreeState): Promise<string[]> {
  const stashes = (await gitOk(['for-each-ref', 'refs/stash'], tree)).stdout === '' ? [] : ['a stash'];
  if (head === null) return stashes;
  // Those that the project has too are not lost.
  const args = ['rev-list', '--count', 'HEAD', '--branches', '--not', '--remotes', `--glob=${FILLED_REF}*`];
  const { stdout } = await gitOk(args, tree);
  return Number(stdout) > 0 ? [...stashes, `${stdout.trim()} commit(s) that were not pushed`] : stashes;
}

async function populatedIn(tree: Tree): Promise<string[]> {
  const { stdout } = await gitOk(['ls-files', '--stage', '-z'], tree);
  const populated: string[] = [];
  for (const record of stdout.split('\0')) {
    if (!record.startsWith('160000 ')) continue;
    const name = record.slice(record.indexOf('\t') + 1);
    if (await exists(join(tree.cwd, name, '.git'))) populated.push(name);
  }
  return populated;
}

/** Files that `git status` was told not to look at: lower-case tags, and `S` (skip-worktree) that are on disk all the same. */
async function countHidden(tree: Tree): Promise<number> {
  const { stdout } = await gitOk(['ls-files', '-v', '-z'], tree);
  let hidden = 0;
  for (const record of stdout.split('\0')) {
    const tag = record[0] ?? 'H';
    const looked = tag === tag.toUpperCase() && tag !== 'S';
    if (!looked && (await exists(join(tree.cwd, record.slice(2))))) hidden += 1;
  }
  return hidden;
}

async function isOnSomeRef(tree: Tree, commit: string): Promise<boolean> {
  const { stdout } = await gitOk(['for-each-ref', '--count=1', '--contains', commit], tree);
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
