import type { DiffStat } from '@pilotlight/protocol';
import type { GitResult } from '../git.ts';
import { byteRecords } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';

/** What is at a path of a tree. */
export interface TreeEntry {
  /** octal, as git writes it */
  mode: string;
  object: string;
}

/** A path in which two trees differ. */
export interface TreeChange {
  /** a string of one character a byte */
  path: string;
  /** null: nothing is there */
  from: TreeEntry | null;
  to: TreeEntry | null;
}

const REPOSITORY_MODE = '160000';

/** Whether one side is a repository inside. */
export function isOfRepository({ from, to }: TreeChange): boolean {
  return from?.mode === REPOSITORY_MODE || to?.mode === REPOSITORY_MODE;
}

export function isSameEntry(one: TreeEntry | null, other: TreeEntry | null): boolean {
  return one?.mode === other?.mode && one?.object === other?.object;
}

/**
 * Every path in which two commits or trees differ; a renamed file is in it twice.
 *
 * @throws PilotlightError `git_failed`
 */
export async function compareTrees(
  shadow: { gitOk(args: readonly string[]): Promise<Pick<GitResult, 'bytes'>> },
  from: string,
  to: string,
): Promise<TreeChange[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--raw', '--no-abbrev', from, to];
  const records = byteRecords((await shadow.gitOk(args)).bytes);
  const changes: TreeChange[] = [];
  for (let index = 0; index + 1 < records.length; index += 2) {
    const [fromMode = '', toMode = '', fromObject = '', toObject = ''] = (records[index] ?? '')
      .slice(1)
      .split(' ');
    const path = records[index + 1] ?? '';
    changes.push({ path, from: entry(fromMode, fromObject), to: entry(toMode, toObject) });
  }
  return changes;
}

function entry(mode: string, object: string): TreeEntry | null {
  return mode === '000000' ? null : { mode, object };
}

/** Files and lines in which two commits or trees differ. @throws PilotlightError `git_failed` */
export async function countChanges(shadow: Shadow, from: string, to: string): Promise<DiffStat> {
  if (from === to) return { files: 0, additions: 0, deletions: 0 };
  const args = ['diff-tree', '-r', '--shortstat', '-M', '-l400', from, to];
  const { stdout } = await shadow.gitOk(args);
  return {
    files: numberBefore(stdout, / files? changed/),
    additions: numberBefore(stdout, / insertions?\(\+\)/),
    deletions: numberBefore(stdout, / deletions?\(-\)/),
  };
}

/** ` 3 files changed, 10 insertions(+), 2 deletions(-)`; a part that is zero is left out. */
function numberBefore(text: string, word: RegExp): number {
  return Number(new RegExp(`(\\d+)${word.source}`).exec(text)?.[1] ?? 0);
}
