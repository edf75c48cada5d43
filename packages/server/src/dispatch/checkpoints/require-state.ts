import { PilotlightError, type Checkpoint } from '@pilotlight/protocol';
import { readCommit } from '../../workspace/repository.ts';

/**
 * A checkpoint is a row here and a commit in the repository, which its user may have removed.
 *
 * @param folder of the repository
 * @throws PilotlightError `checkpoint_not_found`, `git_failed`
 */
export async function requireState(folder: string, { id, commit }: Checkpoint): Promise<void> {
  if ((await readCommit(folder, commit)) !== null) return;
  throw new PilotlightError(
    'checkpoint_not_found',
    `The state ${id} is not in the repository ${folder} any more: somebody has removed refs/pilotlight, and git what they held. Nothing was changed; choose another state.`,
    { details: { checkpointId: id, commit } },
  );
}
