import type { Selection } from '@pilotlight/protocol';
import { describeChanges } from '../list-diff.ts';
import { changedSince, discard, findSelected } from '../change-index.ts';
import type { Compared } from '../comparison-of.ts';
import { counted, planOf, type ActionPlace, type Prepared } from './prepared.ts';
import { requireRoomToDiscard } from './require-room.ts';

/**
 * Keeps the whole present state of a session's worktree.
 *
 * @param what files that it must hold, and commits that are held with it
 * @returns the id of the checkpoint
 * @throws PilotlightError `conflict` when it cannot hold one of them
 */
export type KeepState = (
  sessionId: string,
  folder: string,
  what: { files?: readonly string[]; holds?: readonly string[] },
) => Promise<string>;

/** Files and hunks become what the index says; the present state is kept first, so that they can come back. */
export async function prepareDiscard(
  { folder, session }: ActionPlace,
  { files }: Selection,
  keep: KeepState,
): Promise<Prepared> {
  const compared: Compared = { kind: 'unstaged' };
  const selected = await findSelected(folder, compared, files);
  const changes = [...selected.files, ...selected.patches.map(({ change }) => change)];
  await requireRoomToDiscard(folder, selected.files);
  const objects = async () =>
    (await describeChanges(folder, compared, changes)).map(({ path, object }) => [path, object] as const);
  const seen = await objects();
  const paths = [...new Set(changes.map(({ path }) => path))];
  const gone = changes.filter(({ tracked }) => tracked === null || tracked.old === null).length;
  const back = selected.files.length - gone;
  const hunks = selected.patches.reduce((sum, patch) => sum + patch.hunks.length, 0);
  const steps = [
    back > 0 ? `Put back ${counted(back, 'file')} as staged or committed.` : '',
    hunks > 0 ? `Take back ${counted(hunks, 'change')} in ${counted(selected.patches.length, 'file')}.` : '',
    gone > 0 ? `Remove ${counted(gone, 'file')} that git does not track.` : '',
  ].filter((step) => step !== '');
  return {
    plan: planOf({
      steps: ['Keep the present state of the worktree.', ...steps],
      files: paths,
      undo: { possible: true, how: 'The files come back from the state that is kept.' },
    }),
    seen: [seen, files],
    async run() {
      const checkpointId = await keep(session.id, folder, { files: paths });
      // What was kept is what goes: nobody has written there meanwhile.
      const now = new Map(await objects());
      const other = seen.find(([path, object]) => now.get(path) !== object);
      if (other !== undefined) throw changedSince(folder, other[0]);
      await discard(folder, selected);
      return {
        state: 'done',
        summary: `Discarded changes in ${counted(paths.length, 'file')}.`,
        undo: { how: 'checkpoint', checkpointId, paths },
      };
    },
  };
}
