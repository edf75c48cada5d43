import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc/<pid>/stat` says of a process (proc(5)). */
export interface ProcStat {
  pid: number;
  /** `Z` is a zombie: it has ended and waits to be collected */
  state: string;
  /** of the program, at most 15 characters */
  name: string;
  parent: number;
  group: number;
  session: number;
  /** clock ticks since boot, as text: it never changes in a process's life and tells a recycled pid from the old one */
  startTime: string;
  /** clock ticks of processor time, of its children that ended too */
  cpuTicks: number;
  residentPages: number;
}

/** The parsed text of a stat file, null when it is not one. The program's name may contain spaces and brackets. */
export function parseStat(text: string): ProcStat | null {
  const close = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  if (close === -1 || !Number.isInteger(pid)) return null;
  const fields = text.slice(close + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return null;
  return {
    pid,
    state,
    name: text.slice(text.indexOf('(') + 1, close),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
    cpuTicks: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0),
    residentPages: Number(fields[21] ?? 0),
  };
}

/** null when there is no such process, or no `/proc`. */
export function readStat(pid: number): ProcStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** All processes of the machine that we may see; empty where there is no `/proc`. About 10 µs a process. */
export function readAllStats(): ProcStat[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const first = name.charCodeAt(0);
    const stat = first >= 48 && first <= 57 ? readStat(Number(name)) : null;
    return stat ? [stat] : [];
  });
}
