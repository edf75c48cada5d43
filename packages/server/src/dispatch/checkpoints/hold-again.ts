import { git } from '../../workspace/git.ts';
import { exists } from '../../workspace/interrupted-removal.ts';
import { checkpointRef, listRefs, updateRefs } from '../../workspace/checkpoints/write-commit.ts';
import { Slice } from '../../slice.ts';
import type { Store } from '../../store/store.ts';

/**
 * Gives back their refs to checkpoints that have lost them: `git fetch --prune` of a mirror removes every ref that the remote
 * does not have. For some time git keeps what nothing names.
 *
 * @param onError of one project; the others go on
 */
export async function holdAgain(
  { checkpoints, sessions, projects }: Pick<Store, 'checkpoints' | 'sessions' | 'projects'>,
  onError: (error: unknown) => void,
): Promise<void> {
  const byFolder = new Map<string, string[]>();
  for (const sessionId of checkpoints.sessionIds()) {
    const path = projects.get(sessions.evenRemoved(sessionId)?.projectId ?? '')?.path;
    if (path !== undefined) byFolder.set(path, [...(byFolder.get(path) ?? []), sessionId]);
  }
  const slice = new Slice();
  for (const [path, sessionIds] of byFolder) {
    // Moved, or on a disk that is not there at the moment.
    if (!(await exists(path))) continue;
    try {
      const held = new Set((await listRefs(path, '')).values());
      for (const sessionId of sessionIds) {
        if (slice.isOver) await slice.next();
        for (const { commit } of checkpoints.list(sessionId)) {
          if (held.has(commit)) continue;
          held.add(commit);
          const { exitCode } = await git(['cat-file', '-e', `${commit}^{tree}`], { cwd: path });
          if (exitCode === 0)
            await updateRefs(path, { set: [{ ref: checkpointRef(sessionId, commit), commit }] });
        }
      }
    } catch (error) {
      onError(error);
    }
  }
}
