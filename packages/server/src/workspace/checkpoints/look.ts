import { accessSync, constants, lstatSync, type BigIntStats } from 'node:fs';
import type { LeftOut } from '@pilotlight/protocol';
import { Slice } from '../../slice.ts';
import { onDisk, shown } from './path-bytes.ts';

/** Files larger than this are left out of checkpoints, in bytes. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What has to be done with the paths that git says have changed. */
export interface Findings {
  /** to be read anew, or struck when nothing is there */
  update: string[];
  /** of those that are files, as they were looked at */
  seen: Map<string, BigIntStats>;
  /** to be struck: what is there now is not held */
  strike: string[];
  /** folders that may be repositories */
  repositories: string[];
  leftOut: LeftOut[];
}

/**
 * Looks at each path on the disk.
 *
 * @param paths as git lists them; a repository inside that is not known ends with `/`
 * @param others those among them that our index does not know
 * @param cutoff files changed after it (ns, by the clock that stamps files) may have been written by an agent; null: none was
 */
export async function lookAt(
  folder: string,
  paths: readonly string[],
  others: ReadonlySet<string>,
  cutoff: bigint | null,
): Promise<Findings> {
  const found: Findings = { update: [], seen: new Map(), strike: [], repositories: [], leftOut: [] };
  const slice = new Slice();
  for (const path of paths) {
    if (slice.isOver) await slice.next();
    if (path.endsWith('/')) found.repositories.push(path.slice(0, -1));
    else if (!liesBelowAny(path, others)) judge(folder, path, cutoff, found);
  }
  return found;
}

/** Below something that is no folder any more: struck when that is taken in. */
function liesBelowAny(path: string, others: ReadonlySet<string>): boolean {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    if (others.has(path.slice(0, at))) return true;
  }
  return false;
}

function judge(folder: string, path: string, cutoff: bigint | null, found: Findings): void {
  const leave = (why: LeftOut['why']): void => void found.leftOut.push({ path: shown(path), why });
  const stats = statOf(folder, path);
  if (stats === null) {
    if (cutoff !== null && isRecent(nearestFolder(folder, path)?.mtimeNs, cutoff)) leave('overtaken');
    else found.update.push(path);
  } else if (stats.isDirectory()) {
    found.repositories.push(path);
  } else if (cutoff !== null && isRecent(stats.ctimeNs, cutoff)) {
    leave('overtaken');
  } else if (stats.isFile() && stats.size > MAX_FILE_BYTES) {
    found.strike.push(path);
    leave('too_large');
  } else if (stats.isFile() && !isReadable(folder, path)) {
    found.strike.push(path);
    leave('unreadable');
  } else {
    found.update.push(path);
    found.seen.set(path, stats);
  }
}

const isRecent = (at: bigint | undefined, cutoff: bigint): boolean => at !== undefined && at > cutoff;

/** Which of them are not as they were looked at: written to while they were read. */
export async function changedSince(
  folder: string,
  seen: ReadonlyMap<string, BigIntStats>,
): Promise<string[]> {
  const slice = new Slice();
  const changed: string[] = [];
  for (const [path, before] of seen) {
    if (slice.isOver) await slice.next();
    const now = statOf(folder, path);
    const isSame =
      now !== null && now.ctimeNs === before.ctimeNs && now.size === before.size && now.ino === before.ino;
    if (!isSame) changed.push(path);
  }
  return changed;
}

function statOf(folder: string, path: string): BigIntStats | null {
  try {
    return lstatSync(onDisk(folder, path), { bigint: true });
  } catch {
    // Gone, or below what is no folder any more.
    return null;
  }
}

function nearestFolder(folder: string, path: string): BigIntStats | null {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const stats = statOf(folder, path.slice(0, at));
    if (stats !== null) return stats;
  }
  return statOf(folder, '.');
}

function isReadable(folder: string, path: string): boolean {
  try {
    accessSync(onDisk(folder, path), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
