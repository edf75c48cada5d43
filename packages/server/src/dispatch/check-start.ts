import type { Project } from '@pilotlight/protocol';
import { stat } from 'node:fs/promises';
import { invalidField } from '../invalid-field.ts';
import { readHead } from '../workspace/read-head.ts';
import { fetchBase } from '../workspace/resolve-base.ts';
import { repositoryEmpty } from '../workspace/create-worktree.ts';
import { projectFolderGone } from './project-folder.ts';

/**
 * Whether a session could start its work in a project, looked at before it is made. A base that is a pull request is
 * fetched from its remote.
 * @throws PilotlightError `invalid_request` with the field `base`, `repository_empty`, `worktree_missing`,
 *   `remote_failed`, `git_failed`
 */
export async function checkStart(
  project: Project,
  { base, inPlace }: { base?: string | undefined; inPlace?: boolean | undefined },
): Promise<void> {
  const { kind, path } = project;
  const folder = await stat(path).catch(() => null);
  if (folder?.isDirectory() !== true) throw projectFolderGone(project);
  const details = { projectId: project.id, base };
  if (inPlace === true || kind === 'folder') {
    if (base === undefined) return;
    const why = inPlace === true ? 'in place' : `in ${path}, which is no repository,`;
    throw invalidField('base', `a session ${why} has no worktree that could start from "${base}"`, details);
  }
  if (base === undefined) {
    if ((await readHead(path)) === null) throw repositoryEmpty(path);
    return;
  }
  if ((await fetchBase(path, base)) !== null) return;
  const what = `"${base}" names no commit in ${path}; give a branch, tag or commit of that repository, or a pull request such as #12`;
  throw invalidField('base', what, details);
}
