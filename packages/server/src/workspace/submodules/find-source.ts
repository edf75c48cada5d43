import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { confine } from '../confine.ts';
import { git, gitOk } from '../git.ts';
import { exists } from '../interrupted-removal.ts';
import type { Submodule } from './list-submodules.ts';

/** Where a project, or a submodule of it, has its submodules. */
export interface Sources {
  /** its working tree; null when there is none to look at */
  folder: string | null;
  /** where git keeps the repositories of its submodules by name */
  modules: string[];
}

/** A submodule as the project has it. */
export interface Source {
  gitDir: string;
  /** where its own submodules are */
  inside: Sources;
}

/** @throws PilotlightError `git_failed` */
export async function sourcesOf(projectPath: string): Promise<Sources> {
  const args = ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir'];
  const { stdout } = await gitOk(args, { cwd: projectPath });
  const gitDirs = await Promise.all(
    stdout
      .trimEnd()
      .split('\n')
      .map((path) => realpath(path)),
  );
  return {
    folder: await realpath(projectPath),
    modules: [...new Set(gitDirs)].map((path) => join(path, 'modules')),
  };
}

/**
 * The repository of a submodule on this disk, where it holds the commit that is recorded: by its name in the project's git
 * folder, or in the project's own working tree. Nothing behind a link counts, and its configuration is not looked at.
 *
 * @param name as `.gitmodules` gives it, and safe
 * @param folder a working tree of the repository the submodule is in
 */
export async function findSource(
  { folder: project, modules }: Sources,
  { path, commit }: Submodule,
  name: string,
  folder: string,
): Promise<Source | null> {
  const named = modules.map((all) => ({ root: all, way: name }));
  const embedded = project === null ? [] : [{ root: project, way: join(path, '.git') }];
  for (const { root, way } of [...named, ...embedded]) {
    const gitDir = join(root, way);
    if (!(await isOwnFolder(root, way)) || !(await isOwnFolder(gitDir, 'objects'))) continue;
    if (!(await holds(join(gitDir, 'objects'), commit, folder))) continue;
    const inside = project === null ? null : await confine(project, path).catch(() => null);
    return { gitDir, inside: { folder: inside, modules: [join(gitDir, 'modules')] } };
  }
  return null;
}

/** A folder, and no link on the way to it. */
export async function isOwnFolder(root: string, way: string): Promise<boolean> {
  const path = join(root, way);
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() === true && (await confine(root, way).catch(() => null)) === path;
}

/** Asked by way of the repository the submodule is in, so that a configuration beside the objects does not count. */
async function holds(objects: string, commit: string, cwd: string): Promise<boolean> {
  // What is borrowed from elsewhere could not be taken along.
  if (await exists(join(objects, 'info', 'alternates'))) return false;
  const env = { GIT_OBJECT_DIRECTORY: objects };
  return (await git(['cat-file', '-e', `${commit}^{tree}`], { cwd, env })).exitCode === 0;
}
