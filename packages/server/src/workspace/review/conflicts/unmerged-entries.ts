import type { ConflictedFile } from '@pilotlight/protocol';
import { gitOk, type GitOptions } from '../../git.ts';
import { nulRecords } from '../../nul-records.ts';

/** One version of a file that git could not merge, as the index has it. */
export interface UnmergedEntry {
  /** octal, as git writes it */
  mode: string;
  object: string;
  /** 1: what both sides began with, 2: ours, 3: theirs */
  stage: number;
  path: string;
}

/** The versions of every file in conflict; with `resolved`, of those that were in conflict and are not any more. */
export async function unmergedEntries(
  options: GitOptions,
  which: 'unmerged' | 'resolved' = 'unmerged',
): Promise<UnmergedEntry[]> {
  const flag = which === 'unmerged' ? '--unmerged' : '--resolve-undo';
  const { bytes } = await gitOk(['ls-files', flag, '-z'], options);
  return [...nulRecords(bytes)].map((record) => {
    const tab = record.indexOf('\t');
    const [mode = '', object = '', stage = ''] = record.slice(0, tab).split(' ');
    return { mode, object, stage: Number(stage), path: record.slice(tab + 1) };
  });
}

/** The files of a merge or rebase that stopped, with the sides that have each. */
export async function conflictedFiles(cwd: string): Promise<ConflictedFile[]> {
  return [...byPath(await unmergedEntries({ cwd }))].map(([path, stages]) => ({
    path,
    base: stages.has(1),
    ours: stages.has(2),
    theirs: stages.has(3),
  }));
}

/** By file, its versions by stage. */
export function byPath(entries: readonly UnmergedEntry[]): Map<string, Map<number, UnmergedEntry>> {
  const files = new Map<string, Map<number, UnmergedEntry>>();
  for (const entry of entries) {
    const stages = files.get(entry.path) ?? new Map<number, UnmergedEntry>();
    files.set(entry.path, stages.set(entry.stage, entry));
  }
  return files;
}

/** Which names the objects of these versions have. */
export function hashOf(stages: ReadonlyMap<number, UnmergedEntry> | undefined): 'sha1' | 'sha256' {
  return [...(stages?.values() ?? [])][0]?.object.length === 64 ? 'sha256' : 'sha1';
}
