import { mkdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gitOk } from './git.ts';
import { listWorktrees, type WorktreeEntry } from './worktree-list.ts';
import { BRANCH_PREFIX, slugify } from './worktree-name.ts';

/** The folder under which the worktrees of a project lie, symlinks resolved; made when missing. */
export async function projectWorktrees(worktreesFolder: string, projectPath: string): Promise<string> {
  const project = slugify(basename(await realpath(projectPath)), 'project');
  await mkdir(join(worktreesFolder, project), { recursive: true });
  return realpath(join(worktreesFolder, project));
}

/** What git lists of the session with that short id, whatever its title was when it was made. */
export async function findSessionWorktree(
  projectPath: string,
  folder: string,
  short: string,
): Promise<WorktreeEntry | undefined> {
  const isOf = ({ isMain, path }: WorktreeEntry): boolean =>
    !isMain && path.startsWith(`${folder}/`) && basename(path).endsWith(`-${short}`);
  return (await listWorktrees(projectPath)).find(isOf);
}

/** The branch a session had before, whatever its title was then. */
export async function findSessionBranch(projectPath: string, short: string): Promise<string | null> {
  const args = ['for-each-ref', '--format=%(refname)', '--count=1', `refs/heads/${BRANCH_PREFIX}*-${short}`];
  const { stdout } = await gitOk(args, { cwd: projectPath });
  return stdout === '' ? null : stdout.trim().slice('refs/heads/'.length);
}
