import { PilotlightError, type Project } from '@pilotlight/protocol';

export function projectFolderGone({ name, path }: Project): PilotlightError {
  return new PilotlightError(
    'worktree_missing',
    `The folder of project "${name}" is gone: ${path}. Put it back, or remove the project.`,
  );
}
