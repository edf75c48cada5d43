import type { Project } from '@pilotlight/protocol';
import { stat } from 'node:fs/promises';
import { invalidField } from '../invalid-field.ts';
import { readCommit } from '../workspace/repository.ts';
import { repositoryEmpty } from '../workspace/create-worktree.ts';
import { projectFolderGone } from './project-folder.ts';

/**
 * Whether a session could start its work in a project, looked at before it is made.
 * @throws PilotlightError `invalid_request` with the field `base`, `repository_empty`, `worktree_missing`, `git_failed`
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
  if ((await readCommit(path, base ?? 'HEAD')) !== null) return;
  if (base === undefined) throw repositoryEmpty(path);
  const what = `"${base}" names no commit in ${path}; give a branch, tag or commit of that repository`;
  throw invalidField('base', what, details);
}
