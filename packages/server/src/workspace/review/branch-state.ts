import { PilotlightError, type CommitInfo, type Conflicts, type ConflictedFile } from '@pilotlight/protocol';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitOk } from '../git.ts';
import { nulRecords } from '../nul-records.ts';
import { readBranch, readCommit } from '../repository.ts';
import { conflictedFiles } from './conflicts/unmerged-entries.ts';

type Operation = Exclude<Conflicts['operation'], null>;

/** What stands at a worktree: its branch, its commit, and a rebase or merge that is not over. */
export interface BranchState {
  /** short name; during a rebase the branch that is rebased; null: detached */
  branch: string | null;
  /** null: no commit yet */
  head: string | null;
  operation: Operation | null;
  /** the commit that a rebase puts the others on */
  onto: string | null;
  /** in conflict */
  files: ConflictedFile[];
}

/** Files that say that something is not over (git's `wt-status.c`), the outermost first. */
const MARKS: readonly [file: string, operation: Operation][] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry_pick'],
  ['REVERT_HEAD', 'revert'],
];

/** @throws PilotlightError `git_failed` */
export async function branchState(cwd: string): Promise<BranchState> {
  const [branch, head, folder, files] = await Promise.all([
    readBranch(cwd),
    readCommit(cwd, 'HEAD'),
    gitFolder(cwd),
    conflictedFiles(cwd),
  ]);
  const operation = await findOperation(folder);
  if (operation !== 'rebase') return { branch, head, operation, onto: null, files };
  const [name, onto] = await Promise.all([ofRebase(folder, 'head-name'), ofRebase(folder, 'onto')]);
  return { branch: branch ?? name?.replace(/^refs\/heads\//, '') ?? null, head, operation, onto, files };
}

/** Of a worktree in which nothing is under way. @throws PilotlightError `conflict` otherwise, and without branch or commit */
export async function quietBranch(cwd: string): Promise<{ branch: string; head: string }> {
  const { branch, head, operation } = await branchState(cwd);
  const refuse = (why: string): PilotlightError =>
    new PilotlightError('conflict', `${cwd} ${why}. Nothing was done.`, { details: { path: cwd } });
  if (operation !== null) {
    throw refuse(`is in the middle of a ${operation.replace('_', '-')}. Continue or abort it first`);
  }
  if (branch === null) throw refuse('is on no branch. Check one out first');
  if (head === null) throw refuse('has no commit yet. Commit first');
  return { branch, head };
}

/** @throws PilotlightError `worktree_dirty` when files that git tracks are changed */
export async function requireCommitted(cwd: string, why: string): Promise<void> {
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--ignore-submodules=dirty'];
  const { stdout } = await gitOk(args, { cwd });
  const count = stdout.split('\0').filter((record) => record !== '').length;
  if (count === 0) return;
  throw new PilotlightError(
    'worktree_dirty',
    `${count === 1 ? 'A file' : `${count} files`} in ${cwd} ${count === 1 ? 'is' : 'are'} changed and not committed. ${why}`,
    { details: { path: cwd, count } },
  );
}

/** Commits of `range`, newest first, at most `limit`, and how many there are. */
export async function commitsOf(
  cwd: string,
  range: string,
  limit = 100,
): Promise<{ commits: CommitInfo[]; count: number }> {
  const args = ['log', '-z', `--max-count=${limit}`, '--format=%H%x09%s', '--end-of-options', range, '--'];
  const [{ stdout }, counted] = await Promise.all([
    gitOk(args, { cwd }),
    gitOk(['rev-list', '--count', '--end-of-options', range, '--'], { cwd }),
  ]);
  const commits = stdout
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => ({
      id: record.slice(0, record.indexOf('\t')),
      subject: record.slice(record.indexOf('\t') + 1),
    }));
  return { commits, count: Number(counted.stdout) };
}

/** Names of the files that `to` has changed since it left `from`; where they have no commit in common, those that differ. */
export async function filesBetween(cwd: string, from: string, to: string): Promise<string[]> {
  const args = ['diff', '--name-only', '-z', '--no-renames', '--end-of-options'];
  const since = await git([...args, `${from}...${to}`, '--'], { cwd });
  const { bytes } = since.exitCode === 0 ? since : await gitOk([...args, from, to, '--'], { cwd });
  return [...nulRecords(bytes)];
}

/** Who a commit would be by. @throws PilotlightError `git_author_unknown` */
export async function requireAuthor(cwd: string): Promise<void> {
  const result = await git(['var', 'GIT_AUTHOR_IDENT'], { cwd });
  if (result.exitCode === 0) return;
  throw new PilotlightError(
    'git_author_unknown',
    `git does not know who commits in ${cwd}. Tell it: git config --global user.name "Your Name", and ` +
      'git config --global user.email you@example.com. Nothing was committed.',
    { details: { path: cwd } },
  );
}

async function findOperation(folder: string): Promise<Operation | null> {
  for (const [file, operation] of MARKS) {
    const found = await access(join(folder, file)).then(
      () => true,
      () => false,
    );
    if (found) return operation;
  }
  return null;
}

/** What a rebase that is not over has written down; null: nothing of that name. */
async function ofRebase(folder: string, file: string): Promise<string | null> {
  for (const operation of ['rebase-merge', 'rebase-apply']) {
    const found = await readFile(join(folder, operation, file), 'utf8').catch(() => null);
    if (found !== null) return found.trim();
  }
  return null;
}

/** The worktree's own folder below `.git`, in which git marks what is not over. */
async function gitFolder(cwd: string): Promise<string> {
  const { stdout } = await gitOk(['rev-parse', '--path-format=absolute', '--git-dir'], { cwd });
  return stdout.replace(/\n$/, '');
}
