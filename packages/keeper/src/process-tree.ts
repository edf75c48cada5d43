import { readFileSync } from 'node:fs';
import { readAllStats, type ProcStat } from './proc-stat.ts';

let pageBytes: number | undefined;
let recent: { at: number; stats: ProcStat[] } = { at: Number.NEGATIVE_INFINITY, stats: [] };
/** Milliseconds in which all trees are measured by one look at the machine. */
const recentMs = 250;
/** Linux tells programs its times in hundredths of a second. */
const tickMs = 10;

/** What a process and its descendants take. */
export interface TreeUsage {
  memoryBytes: number;
  /** ms of processor time, of descendants that ended too */
  cpuMs: number;
  /** without the process itself and without zombies */
  descendants: { pid: number; name: string; /** epoch ms, ± 20 */ startedAt: number }[];
}

/** Of each of the processes that is there, by one look at the machine; empty where the system does not say. */
export function measureTrees(roots: readonly number[]): Map<number, TreeUsage> {
  // Not of a moment ago: what a turn has just left running is to be seen.
  const stats = readAllStats();
  const booted = bootedAt();
  return new Map(
    roots.flatMap((root) => {
      const members = treeMembers(root, stats);
      return members === null ? [] : [[root, usageOf(root, members, booted)]];
    }),
  );
}

/**
 * Resident bytes of a process and its descendants. Shared pages count once for every process. null where the system does
 * not say, or the process is gone.
 */
export function treeMemory(root: number, stats: ProcStat[] = recentStats()): number | null {
  const members = treeMembers(root, stats);
  return members === null ? null : memoryOf(members);
}

/** Found by parent and by session: a child whose parent died keeps the session. null when the process is not there. */
function treeMembers(root: number, stats: ProcStat[]): ProcStat[] | null {
  const tree = new Set([root]);
  // A child may stand before its parent in the list, so go on until nothing is added.
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const stat of stats) {
      if (stat.session === root || tree.has(stat.parent)) tree.add(stat.pid);
    }
  }
  const members = stats.filter((stat) => tree.has(stat.pid));
  return members.some((stat) => stat.pid === root) ? members : null;
}

function memoryOf(members: ProcStat[]): number {
  return members.reduce((sum, stat) => sum + stat.residentPages, 0) * pageSize();
}

function usageOf(root: number, members: ProcStat[], booted: number): TreeUsage {
  const others = members.filter(({ pid, state }) => pid !== root && state !== 'Z');
  return {
    memoryBytes: memoryOf(members),
    cpuMs: members.reduce((sum, stat) => sum + stat.cpuTicks, 0) * tickMs,
    descendants: others.map(({ pid, name, startTime }) => ({
      pid,
      name,
      startedAt: booted + Number(startTime) * tickMs,
    })),
  };
}

/** Epoch ms, by the clock that start times are told in. */
function bootedAt(): number {
  try {
    return Date.now() - Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000;
  } catch {
    return 0;
  }
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
