import { copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitOk } from '../git.ts';
import { findPopulatedSubmodules, findSubmoduleWork } from '../uncommitted-work.ts';
import { byteRecords, shown } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';
import type { Snapshot } from './snapshot.ts';
import { writeCommit } from './write-commit.ts';

/** Left in a worktree's git folder by what is not finished. */
const IN_PROGRESS: Record<string, string> = {
  MERGE_HEAD: 'a merge',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  BISECT_LOG: 'a bisection',
};

/** Why something is in no checkpoint, after its name. */
export const WHY_LEFT_OUT = {
  too_large: 'is too large to be kept',
  unreadable: 'cannot be read',
  changing: 'is being written to',
  overtaken: 'is being written to',
  repository: 'is a repository of its own without a commit',
};

/**
 * Why a checkpoint of this state is not all that the worktree holds. Sentences for the user, empty when it is.
 *
 * @throws PilotlightError `git_failed`
 */
export async function findUnkept(shadow: Shadow, { tree, leftOut }: Snapshot): Promise<string[]> {
  const path = shadow.worktreePath;
  const populated = new Set(await findPopulatedSubmodules(path));
  const inside = (await repositoriesOf(shadow, tree)).filter((one) => !populated.has(one));
  return [
    ...leftOut
      .filter(({ path: one, why }) => why !== 'repository' || (!populated.has(one) && !inside.includes(one)))
      .map(({ path: one, why }) => `${one} ${WHY_LEFT_OUT[why]}`),
    ...inside.map((one) => `${one} is a repository of its own`),
    ...(await findSubmoduleWork(path)),
    ...(await findUnfinished(path)),
  ];
}

/** Paths of the repositories inside that a commit or tree names. @throws PilotlightError `git_failed` */
export async function repositoriesOf(shadow: Shadow, tree: string): Promise<string[]> {
  const { bytes } = await shadow.gitOk(['ls-tree', '-r', '-z', tree]);
  return byteRecords(bytes)
    .filter((record) => record.startsWith('160000 '))
    .map((record) => shown(record.slice(record.indexOf('\t') + 1)));
}

async function findUnfinished(path: string): Promise<string[]> {
  const gitDir = await gitFolderOf(path);
  const found: string[] = [];
  for (const [name, what] of Object.entries(IN_PROGRESS)) {
    if (await stat(join(gitDir, name)).catch(() => null)) found.push(`${what} is not finished`);
  }
  const { stdout } = await gitOk(['ls-files', '--unmerged'], { cwd: path });
  if (stdout !== '' && found.length === 0) found.push('files are in conflict');
  return found;
}

/** What is staged, as a commit; null without an index. The index is not touched. @throws PilotlightError `git_failed` */
export async function commitOfIndex(shadow: Shadow, head: string | null, at: number): Promise<string | null> {
  const tree = await treeOfIndex(shadow);
  if (tree === null) return null;
  return writeCommit(shadow, { tree, parents: head === null ? [] : [head], message: 'index', at });
}

export async function treeOfIndex(shadow: Shadow): Promise<string | null> {
  const copy = `${shadow.scratchIndex}-kept`;
  try {
    await copyFile(join(await gitFolderOf(shadow.worktreePath), 'index'), copy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const env = { GIT_INDEX_FILE: copy };
    return (await gitOk(['write-tree'], { cwd: shadow.worktreePath, env })).stdout.trim();
  } finally {
    await rm(copy, { force: true });
  }
}

async function gitFolderOf(path: string): Promise<string> {
  const { stdout } = await gitOk(['rev-parse', '--path-format=absolute', '--git-dir'], { cwd: path });
  return stdout.replace(/\n$/, '');
}
