import { readdirSync, readFileSync } from 'node:fs';

/**
 * Ends a process with all its descendants at once. A group is not enough: every real agent starts its commands in
 * sessions of their own, and some of those live on when the agent is killed. Only processes whose line of parents leads
 * to `pid` now are signalled; without /proc (systems other than Linux) only the process group of `pid` is.
 */
export function endProcessTree(pid: number): void {
  const stopped = new Set<number>();
  // Stopping first keeps the tree from growing and from losing its parents while it is read.
  for (let found = true; found;) {
    found = false;
    for (const member of [pid, ...descendants(pid)]) {
      if (stopped.has(member)) continue;
      stopped.add(member);
      found = signal(member, 'SIGSTOP') || found;
    }
  }
  for (const member of stopped) signal(member, 'SIGKILL');
  signal(-pid, 'SIGKILL');
}

function descendants(pid: number): number[] {
  const children = childrenByParent();
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0;) {
    const own = children.get(queue.pop() ?? 0) ?? [];
    found.push(...own);
    queue.push(...own);
  }
  return found;
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of processNames()) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

function processNames(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The parent's pid; the program's name before it may hold spaces and parentheses, so reading starts after the last one. */
function parentOf(name: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
