import { readFileSync } from 'node:fs';
import { readAllStats, type ProcStat } from './proc-stat.ts';

let pageBytes: number | undefined;
let recent: { at: number; stats: ProcStat[] } = { at: Number.NEGATIVE_INFINITY, stats: [] };
/** Milliseconds in which all trees are measured by one look at the machine. */
const recentMs = 250;

/**
 * Resident bytes of a process and its descendants, found by parent and by session (a child whose parent died keeps the
 * session). Shared pages count once for every process. null where the system does not say, or the process is gone.
 */
export function treeMemory(root: number, stats: ProcStat[] = recentStats()): number | null {
  const tree = new Set([root]);
  // A child may stand before its parent in the list, so go on until nothing is added.
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const stat of stats) {
      if (stat.session === root || tree.has(stat.parent)) tree.add(stat.pid);
    }
  }
  const members = stats.filter((stat) => tree.has(stat.pid));
  if (!members.some((stat) => stat.pid === root)) return null;
  return members.reduce((sum, stat) => sum + stat.residentPages, 0) * pageSize();
}

function recentStats(): ProcStat[] {
  const now = performance.now();
  if (now - recent.at > recentMs) recent = { at: now, stats: readAllStats() };
  return recent.stats;
}

function pageSize(): number {
  pageBytes ??= readPageSize();
  return pageBytes;
}

function readPageSize(): number {
  try {
    const kibibytes = /^KernelPageSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/smaps', 'latin1'))?.[1];
    return Number(kibibytes ?? 4) * 1024;
  } catch {
    return 4096;
  }
}
