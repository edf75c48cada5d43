import { join } from 'node:path';
import type { DiffStat } from '@pilotlight/protocol';
import { countLines } from './count-lines.ts';
import { gitOk } from './git.ts';
import { inspectFolder } from './repository.ts';
import { assertWorktree } from './worktree-state.ts';

export interface DiffStatOptions {
  worktreePath: string;
  baseCommit: string;
  signal?: AbortSignal | undefined;
}

/** Untracked files past either bound still count as files, no more by line: a forgotten folder of packages may be huge. */
const MAX_UNTRACKED_READ = 20_000;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const READERS = 8;
/** Past this many changed files a renamed one counts as removed and added; finding renames is quadratic. */
const RENAME_LIMIT = 400;

/**
 * Everything a worktree changed since its base: committed, staged, modified and untracked, ignored files left out. The
 * index is not touched. Binary files count as files without lines; a repository inside counts as one file.
 *
 * @returns null for a plain folder
 * @throws PilotlightError `worktree_missing`, `git_failed`, `cancelled`
 */
export async function diffStat(options: DiffStatOptions): Promise<DiffStat | null> {
  const { worktreePath, signal } = options;
  const [tracked, untracked] = await Promise.all([
    diffTracked(options),
    listUntracked(worktreePath, signal),
  ]).catch(async (error: unknown) => {
    // Asked only now, so that the usual case does not pay for it.
    if ((await inspectFolder(worktreePath)).kind === 'folder') return [null, null] as const;
    await assertWorktree(worktreePath);
    throw error;
  });
  if (tracked === null) return null;
  return {
    files: tracked.files + untracked.length,
    additions: tracked.additions + (await countAll(worktreePath, untracked, signal)),
    deletions: tracked.deletions,
  };
}

async function diffTracked({ worktreePath, baseCommit, signal }: DiffStatOptions): Promise<DiffStat> {
  const args = [
    'diff',
    '--shortstat',
    '-M',
    `-l${RENAME_LIMIT}`,
    '--ignore-submodules=dirty',
    '--end-of-options',
  ];
  const { stdout } = await gitOk([...args, baseCommit, '--'], { cwd: worktreePath, signal });
  return {
    files: numberBefore(stdout, / files? changed/),
    additions: numberBefore(stdout, / insertions?\(\+\)/),
    deletions: numberBefore(stdout, / deletions?\(-\)/),
  };
}

/** ` 3 files changed, 10 insertions(+), 2 deletions(-)`; a part that is zero is left out. */
function numberBefore(text: string, word: RegExp): number {
  return Number(new RegExp(`(\\d+)${word.source}`).exec(text)?.[1] ?? 0);
}

async function listUntracked(worktreePath: string, signal: AbortSignal | undefined): Promise<string[]> {
  const args = ['ls-files', '--others', '--exclude-standard', '-z'];
  const { stdout } = await gitOk(args, { cwd: worktreePath, signal });
  return stdout.split('\0').slice(0, -1);
}

async function countAll(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const queue = paths.slice(0, MAX_UNTRACKED_READ).values();
  let lines = 0;
  const reader = async (): Promise<void> => {
    for (const path of queue) {
      signal?.throwIfAborted();
      const added = await countLines(join(folder, path), MAX_FILE_BYTES);
      lines += added;
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return lines;
}
