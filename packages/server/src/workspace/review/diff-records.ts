import type { ChangeStatus } from '@pilotlight/protocol';
import { Slice } from '../../slice.ts';
import { nulRecords } from '../nul-records.ts';

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

/** git's letters (git-diff, "raw output format"); any other, such as T for another type, counts as modified. */
const STATUS: Record<string, TrackedChange['status']> = {
  A: 'added',
  C: 'copied',
  D: 'deleted',
  R: 'renamed',
  U: 'conflicted',
};

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
