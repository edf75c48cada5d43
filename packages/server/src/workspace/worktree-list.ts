import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gitOk } from './git.ts';

/** One entry of `git worktree list`. */
export interface WorktreeEntry {
  /** as git stored it: absolute, symlinks resolved when it was made; may not exist any more */
  path: string;
  /** short name; null when detached or bare */
  branch: string | null;
  /** the reason given, empty without one; null: not locked */
  locked: string | null;
  /** the repository's own working tree, never removed */
  isMain: boolean;
}

/** All worktrees of the repository, the main one first. */
export async function listWorktrees(projectPath: string): Promise<WorktreeEntry[]> {
  const { stdout } = await gitOk(['worktree', 'list', '--porcelain'], { cwd: projectPath });
  return stdout
    .split('\n\n')
    .filter((block) => block.startsWith('worktree '))
    .map((block, index) => parseEntry(block, index === 0));
}

/** The entry of a path, also when the folder itself is gone. */
export async function findWorktree(projectPath: string, path: string): Promise<WorktreeEntry | null> {
  const wanted = await resolveParent(path);
  return (await listWorktrees(projectPath)).find((entry) => entry.path === wanted) ?? null;
}

/** The path with the symlinks of its parent resolved, as git stores it; the last component need not exist. */
export async function resolveParent(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return join(parent, basename(path));
}

function parseEntry(block: string, isMain: boolean): WorktreeEntry {
  const entry: WorktreeEntry = { path: '', branch: null, locked: null, isMain };
  for (const line of block.split('\n')) {
    const space = line.indexOf(' ');
    const word = space < 0 ? line : line.slice(0, space);
    const rest = space < 0 ? '' : line.slice(space + 1);
    if (word === 'worktree') entry.path = rest;
    else if (word === 'branch') entry.branch = rest.replace(/^refs\/heads\//, '');
    else if (word === 'locked') entry.locked = rest;
  }
  return entry;
}
