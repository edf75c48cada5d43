import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { Slice } from '../../slice.ts';
import type { TreeChange } from './compare-trees.ts';
import { onDisk } from './path-bytes.ts';

/**
 * What lies where files are to be written and is in no checkpoint, such as ignored files: git itself would overwrite what is
 * ignored, and delete a folder of it, without a word.
 *
 * @param changes from what is on the disk to what is to be there
 * @returns paths of one character a byte, each that is found first on its way
 */
export async function findInTheWay(folder: string, changes: readonly TreeChange[]): Promise<string[]> {
  const leaving = new Set(changes.flatMap(({ path, to }) => (to === null ? [path] : [])));
  const found = new Set<string>();
  const slice = new Slice();
  for (const { path, from, to } of changes) {
    if (slice.isOver) await slice.next();
    if (from !== null || to === null) continue;
    const obstacle = obstacleTo(folder, path, leaving);
    if (obstacle !== null) found.add(obstacle);
  }
  return [...found];
}

function obstacleTo(folder: string, path: string, leaving: ReadonlySet<string>): string | null {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    const above = path.slice(0, end);
    const stats = look(folder, above);
    if (stats === null) return null;
    if (!stats.isDirectory()) return isLeaving(folder, above, stats, leaving) ? null : above;
  }
  const stats = look(folder, path);
  if (stats === null) return null;
  if (stats.isDirectory()) return firstKept(folder, path, leaving);
  return isLeaving(folder, path, stats, leaving) ? null : path;
}

/** The first in a folder that would stay there. Without any the folder makes room. */
function firstKept(folder: string, path: string, leaving: ReadonlySet<string>): string | null {
  for (const entry of readdirSync(onDisk(folder, path), { encoding: 'latin1', withFileTypes: true })) {
    const inside = `${path}/${entry.name}`;
    const kept = entry.isDirectory()
      ? firstKept(folder, inside, leaving)
      : leaving.has(inside)
        ? null
        : inside;
    if (kept !== null) return kept;
  }
  return null;
}

/** Also under a name that differs in case only, where the disk takes both for one. */
function isLeaving(folder: string, path: string, stats: Stats, leaving: ReadonlySet<string>): boolean {
  if (leaving.has(path)) return true;
  const name = path.toLowerCase();
  return [...leaving].some((other) => other.toLowerCase() === name && look(folder, other)?.ino === stats.ino);
}

function look(folder: string, path: string): Stats | null {
  return lstatSync(onDisk(folder, path), { throwIfNoEntry: false }) ?? null;
}
