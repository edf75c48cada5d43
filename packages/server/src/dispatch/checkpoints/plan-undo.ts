import { isSameEntry, type TreeChange, type TreeEntry } from '../../workspace/checkpoints/compare-trees.ts';

export interface UndoPlan {
  /** from how a file is now to how it was before the turn */
  changes: TreeChange[];
  /** files that are neither as the turn left them nor as they were before it */
  conflicts: string[];
}

/**
 * What takes back a turn.
 *
 * @param changed what the turn changed: before → after
 * @param since what has changed after it: after → now
 * @param overwrite conflicts are taken back too
 */
export function planUndo(
  changed: readonly TreeChange[],
  since: readonly TreeChange[],
  overwrite: boolean,
): UndoPlan {
  const later = new Map<string, TreeEntry | null>(since.map(({ path, to }) => [path, to]));
  const plan: UndoPlan = { changes: [], conflicts: [] };
  for (const { path, from: before, to: after } of changed) {
    const now = later.has(path) ? (later.get(path) ?? null) : after;
    if (isSameEntry(now, before)) continue;
    if (isSameEntry(now, after) || overwrite) plan.changes.push({ path, from: now, to: before });
    else plan.conflicts.push(path);
  }
  return plan;
}
