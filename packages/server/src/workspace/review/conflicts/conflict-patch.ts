import { join } from 'node:path';
import type { Asking } from '../list-diff.ts';
import { markersOnDisk } from './conflict-markers.ts';
import { byPath, unmergedEntries } from './unmerged-entries.ts';

/** How the lines of a file in conflict are compared, so that all of every conflict is seen. */
export interface ConflictLook {
  /** the version of the index that the file on the disk is compared with; null: there is none that helps, so it is new */
  side: '--ours' | '--base' | null;
  /** fewest unchanged lines around a change: what both the disk and one side have stands between the markers too */
  context: number;
}

/** Both sides: what ours had. One side only: what both began with, so that one sees what the other side did with it. */
export async function conflictLook(cwd: string, path: string, asking: Asking): Promise<ConflictLook> {
  const [entries, places] = await Promise.all([
    unmergedEntries({ ...asking, cwd }),
    markersOnDisk(join(cwd, path)),
  ]);
  const stages = byPath(entries).get(path);
  const context = Math.max(0, ...(places ?? []).map(({ ours }) => ours));
  if (stages?.has(2) === true && stages.has(3)) return { side: '--ours', context };
  return { side: stages?.has(1) === true ? '--base' : null, context };
}
