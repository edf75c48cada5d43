import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readAllStats, readStat, type ProcStat } from './proc-stat.ts';

/**
 * The variable that every child and what it starts carries: the ledger entry's id. It proves that a process whose
 * leader has died came from us, also when its group's number was given away since.
 */
export const MARK = 'PILOTLIGHT_PROCESS_ID';

/** Signals a whole group; false when it has no member left that may be signalled. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Kills what is left of a group whose leader has ended, in every process group of the leader's session, again and again
 * until nothing is left: a member may fork while the others are looked at, and a large one takes its time to go. A live
 * process that has the leader's pid is a stranger (the number was given away) and its group is left alone. Resolves after
 * two seconds at the latest; true when nothing is left.
 */
export async function killRemains(group: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    signalGroup(group, 'SIGKILL');
    return true;
  }
  for (let round = 0; round < 100; round++) {
    const members = membersOf(group);
    if (members.length === 0) return true;
    for (const member of members) killVerified(member);
    // They are no children of ours, so nobody tells when they are gone.
    await delay(Math.min(5 + round, 20));
  }
  return false;
}

/** Kills what a dead leader of an earlier server left, as far as it carries the mark. Gives how many were signalled. */
export function killMarked(group: number, mark: string): number {
  const ours = membersOf(group).filter((member) => carriesMark(member.pid, mark));
  for (const member of ours) killVerified(member);
  return ours.length;
}

/** The live members of a group or session whose leader has ended; empty when somebody else leads it now. */
function membersOf(group: number): ProcStat[] {
  const stats = readAllStats().filter((stat) => stat.state !== 'Z' && stat.state !== 'X');
  if (stats.some((stat) => stat.pid === group)) return [];
  return stats.filter((stat) => stat.group === group || stat.session === group);
}

function killVerified(member: ProcStat): void {
  if (readStat(member.pid)?.startTime !== member.startTime) return;
  try {
    process.kill(member.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

function carriesMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`);
  } catch {
    return false;
  }
}
