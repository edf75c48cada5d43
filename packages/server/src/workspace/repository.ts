import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PilotlightError } from '@pilotlight/protocol';
import { git, gitFailure, type GitOptions } from './git.ts';

type GitEnv = GitOptions['env'];

/** What a folder is, as far as a project is concerned. Paths are absolute with symlinks resolved. */
export type FolderInspection =
  | { kind: 'missing'; path: string }
  | { kind: 'not_a_directory'; path: string; realPath: string }
  /** no repository: a project without worktrees and diffs */
  | { kind: 'folder'; realPath: string; root: string }
  /** a repository without working tree, or the inside of a `.git` folder */
  | { kind: 'bare'; realPath: string; root: string }
  | GitFolder;

export interface GitFolder {
  kind: 'git';
  realPath: string;
  /** top of the working tree `realPath` is in; of a submodule or linked worktree its own, not that of its parent */
  root: string;
  /** null: no commit yet */
  headCommit: string | null;
  /** short name; null: HEAD is detached. Without commits the branch that the first one will make. */
  branch: string | null;
  /** true: a linked worktree of a repository that lives elsewhere */
  isWorktree: boolean;
  /** the repository's own folder, the same for all its worktrees */
  commonDir: string;
}

const PATHS_ASKED = ['--show-toplevel', '--git-dir', '--git-common-dir'] as const;

/**
 * Says what a folder is, starting from any folder inside it.
 *
 * @throws PilotlightError `git_failed` when there is a repository that git cannot or may not read
 */
export async function inspectFolder(path: string): Promise<FolderInspection> {
  const found = await stat(path).catch(() => null);
  if (found === null) return { kind: 'missing', path };
  const realPath = await realpath(path);
  if (!found.isDirectory()) return { kind: 'not_a_directory', path, realPath };

  const args = ['rev-parse', '--path-format=absolute', ...PATHS_ASKED];
  const result = await git(args, { cwd: realPath });
  if (result.exitCode !== 0) {
    if (result.stderr.includes('not a git repository (or any'))
      return { kind: 'folder', realPath, root: realPath };
    if (isWithoutWorkTree(result.stderr)) return { kind: 'bare', realPath, root: realPath };
    throw gitFailure(args, realPath, result);
  }
  const lines = result.stdout.trimEnd().split('\n');
  const [root, gitDir, commonDir] = lines;
  if (lines.length !== PATHS_ASKED.length || !root || !gitDir || !commonDir) {
    throw new PilotlightError('git_failed', `${realPath} has a line break in its path. Rename the folder.`);
  }
  await requireOwnTop(realPath, root);
  const [headCommit, branch] = await Promise.all([readCommit(root, 'HEAD'), readBranch(root)]);
  return {
    kind: 'git',
    realPath,
    root,
    headCommit,
    branch,
    isWorktree: (await realpath(gitDir)) !== (await realpath(commonDir)),
    commonDir: await realpath(commonDir),
  };
}

/** The commit a revision names, or null when it names none. */
export async function readCommit(cwd: string, revision: string, env?: GitEnv): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const result = await git(args, { cwd, env });
  return result.exitCode === 0 ? result.stdout.trim() : null;
}

/** The short name of the branch HEAD is on, or null when detached. */
export async function readBranch(cwd: string, env?: GitEnv): Promise<string | null> {
  const result = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], { cwd, env });
  return result.exitCode === 0 ? result.stdout.trim() : null;
}

function isWithoutWorkTree(stderr: string): boolean {
  return stderr.includes('cannot use bare repository') || stderr.includes('must be run in a work tree');
}

/**
 * `core.worktree` lets a repository claim any folder as its working tree, such as the user's home. The top must be where
 * a `.git` is found on the way up.
 */
async function requireOwnTop(realPath: string, root: string): Promise<void> {
  let folder = realPath;
  while (!(await lstat(join(folder, '.git')).catch(() => null)) && folder !== dirname(folder))
    folder = dirname(folder);
  if (folder === root) return;
  throw new PilotlightError(
    'git_failed',
    `The repository at ${folder} gives ${root} as its working tree. Check \`core.worktree\` in its configuration, and that its .git is complete.`,
    { details: { folder, root } },
  );
}
