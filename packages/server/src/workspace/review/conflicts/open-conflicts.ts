import type { Conflicts } from '@pilotlight/protocol';
import { join } from 'node:path';
import type { NamedBranch } from '../base-branch.ts';
import type { BranchState } from '../branch-state.ts';
import { contentObject } from '../content-object.ts';
import { conflictSides } from './conflict-sides.ts';
import { markersOnDisk } from './conflict-markers.ts';
import { byPath, hashOf, unmergedEntries } from './unmerged-entries.ts';

/** Files whose text is looked at; of more, nobody reads the markers one by one. */
const MOST_LOOKED_AT = 200;

/** What stopped, which files are still in conflict and how they are on the disk, and which were resolved since. */
export async function openConflicts(
  cwd: string,
  state: Pick<BranchState, 'operation' | 'branch' | 'onto' | 'files'>,
  base: NamedBranch | null,
): Promise<Conflicts> {
  const { operation, files } = state;
  if (operation === null && files.length === 0) return { operation, sides: null, files: [], resolved: [] };
  const open = new Set(files.map(({ path }) => path));
  const unmerged = byPath(await unmergedEntries({ cwd }));
  const [sides, seen, resolved] = await Promise.all([
    conflictSides(cwd, state, base),
    Promise.all(
      files.map(async (file, at) => {
        const path = join(cwd, file.path);
        const { object } = await contentObject(path, hashOf(unmerged.get(file.path)));
        const markers = at < MOST_LOOKED_AT ? await markersOnDisk(path) : null;
        return { ...file, object, markers: markers?.map(({ line }) => line) ?? null };
      }),
    ),
    unmergedEntries({ cwd }, 'resolved'),
  ]);
  const paths = new Set(resolved.map(({ path }) => path));
  return { operation, sides, files: seen, resolved: [...paths].filter((path) => !open.has(path)) };
}
