import type { ChangeStatus } from '@pilotlight/protocol';
import { Slice } from '../slice.ts';
import { comparisonArgs } from './comparison.ts';
import { git, gitFailure, gitOk } from './git.ts';
import { nulRecords } from './nul-records.ts';

/** One file that git tracks, or tracked in the base, and that differs. */
export interface TrackedChange {
  path: string;
  oldPath: string | null;
  status: Exclude<ChangeStatus, 'untracked'>;
  /** its side in the base; null when it was not there */
  old: { mode: string; object: string } | null;
  /** octal, as git writes it; null when it is not there any more */
  newMode: string | null;
  /** null when it is not there, and when git has not read it from the working tree */
  newObject: string | null;
  /** one is no file of the kind the other is, such as a symlink in place of a text */
  isOtherType: boolean;
  /** null where git counts none, and where they were not asked for */
  additions: number | null;
  deletions: number | null;
  binary: boolean;
}

export interface ComparisonOptions {
  worktreePath: string;
  /** a commit or tree */
  base: string;
  signal?: AbortSignal | undefined;
}

/** Room for the names of some 70,000 files. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** git's letters (git-diff, "raw output format"); any other, such as T for another type, counts as modified. */
const STATUS: Record<string, TrackedChange['status']> = {
  A: 'added',
  C: 'copied',
  D: 'deleted',
  R: 'renamed',
  U: 'conflicted',
};

/**
 * The tracked files of a working tree that differ from its base, in git's order.
 *
 * @param lines whether added and removed lines are counted, which reads every file that differs
 * @throws PilotlightError `git_failed`, `cancelled`
 */
export async function trackedChanges(
  { worktreePath, base, signal }: ComparisonOptions,
  lines: boolean,
): Promise<{ changes: TrackedChange[]; truncated: boolean }> {
  const args = comparisonArgs(base, '--raw', ...(lines ? ['--numstat'] : []), '-z', '--no-abbrev');
  const [result, conflicted] = await Promise.all([
    git(args, { cwd: worktreePath, signal, maxBytes: MAX_OUTPUT_BYTES }),
    listConflicted(worktreePath, signal),
  ]);
  if (result.exitCode !== 0 && !result.truncated) throw gitFailure(args, worktreePath, result);
  const changes = await parseDiffRecords(result.bytes);
  for (const path of conflicted) {
    const change = changes.get(path);
    if (change !== undefined) change.status = 'conflicted';
  }
  return { changes: [...changes.values()], truncated: result.truncated };
}

/** Against a commit, git does not say which files a merge has left in conflict; the index does. */
export async function listConflicted(
  cwd: string,
  signal: AbortSignal | undefined,
  env?: Record<string, string>,
): Promise<string[]> {
  const { bytes } = await gitOk(['ls-files', '--unmerged', '-z'], { cwd, signal, env });
  return [...nulRecords(bytes)].map((record) => record.slice(record.indexOf('\t') + 1));
}

/** Reads `git diff --raw --numstat -z`: first all files with modes and objects, then all with lines. */
export async function parseDiffRecords(output: Buffer): Promise<Map<string, TrackedChange>> {
  const changes = new Map<string, TrackedChange>();
  const records = nulRecords(output);
  const slice = new Slice();
  const next = (): string => records.next().value ?? '';
  for (const record of records) {
    if (slice.isOver) await slice.next();
    if (record.startsWith(':')) {
      const change = parseRaw(record, next);
      if (change.path !== '') changes.set(change.path, change);
    } else addLines(changes, record, next);
  }
  return changes;
}

/** `:100644 100644 <object> <object> R100`, then one path, or two for a rename or a copy. */
function parseRaw(record: string, next: () => string): TrackedChange {
  const [oldMode = '', newMode = '', object = '', newObject = '', letters = ''] = record.slice(1).split(' ');
  const letter = letters.slice(0, 1);
  const oldPath = letter === 'R' || letter === 'C' ? next() : null;
  const isThere = (mode: string): boolean => mode !== '000000';
  return {
    path: next(),
    oldPath,
    status: STATUS[letter] ?? 'modified',
    old: isThere(oldMode) ? { mode: oldMode, object } : null,
    newMode: isThere(newMode) ? newMode : null,
    newObject: /^0*$/.test(newObject) ? null : newObject,
    isOtherType: letter === 'T',
    additions: null,
    deletions: null,
    binary: false,
  };
}

/** `3<TAB>1<TAB>path`, dashes for a binary file; for a rename the path is empty and two follow. */
function addLines(changes: Map<string, TrackedChange>, record: string, next: () => string): void {
  const [additions = '', deletions = '', ...rest] = record.split('\t');
  let path = rest.join('\t');
  if (path === '') {
    next();
    path = next();
  }
  const change = changes.get(path);
  if (change === undefined) return;
  change.binary = additions === '-';
  if (change.binary) return;
  change.additions = Number(additions);
  change.deletions = Number(deletions);
}
