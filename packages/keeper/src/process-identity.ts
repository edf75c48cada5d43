import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readStat } from './proc-stat.ts';

/** What makes a process the same process: a pid alone is used again by the system. */
export interface ProcessIdentity {
  pid: number;
  /** opaque; equal for the same process only */
  startTime: string;
  /** changes with every boot, since start times may count from there */
  bootId: string;
}

let bootId: string | undefined;

/** Names this boot of the machine; empty where the system does not say. */
export function currentBootId(): string {
  bootId ??= readBootId();
  return bootId;
}

/** The identity of a live process, null when there is none with this pid. A zombie counts as ended. */
export function identify(pid: number): ProcessIdentity | null {
  const startTime = readStartTime(pid);
  return startTime === null ? null : { pid, startTime, bootId: currentBootId() };
}

/** Whether exactly this process still lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === currentBootId() && readStartTime(identity.pid) === identity.startTime;
}

/** Whether something read from a file can be an identity. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime, bootId } = value as Partial<ProcessIdentity>;
  return isPid(pid) && typeof startTime === 'string' && startTime !== '' && typeof bootId === 'string';
}

/** 0 and negative numbers would name groups of our own. */
export function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function readStartTime(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = readStat(pid);
    return stat === null || stat.state === 'Z' || stat.state === 'X' ? null : stat.startTime;
  }
  try {
    const line = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' ? null : line;
  } catch {
    return null;
  }
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // `lstart` is a full date, so it tells the boots apart by itself.
    return '';
  }
}
