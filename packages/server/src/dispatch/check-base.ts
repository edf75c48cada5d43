import type { Project } from '@pilotlight/protocol';
import { readCommit } from '../workspace/repository.ts';
import { invalidField } from '../invalid-field.ts';

/**
 * Whether a session may start from that revision, before it is made.
 * @throws PilotlightError `invalid_request` with the field `base`, `git_failed`
 */
export async function checkBase(project: Project, base: string, inPlace: boolean): Promise<void> {
  const details = { projectId: project.id, base };
  if (inPlace || project.kind === 'folder') {
    const why = inPlace ? 'in place' : `in ${project.path}, which is no repository,`;
    throw invalidField('base', `a session ${why} has no worktree that could start from "${base}"`, details);
  }
  if ((await readCommit(project.path, base)) !== null) return;
  const what = `"${base}" names no commit in ${project.path}; give a branch, tag or commit of that repository`;
  throw invalidField('base', what, details);
}
