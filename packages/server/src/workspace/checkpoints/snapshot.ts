import { stat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { LeftOut } from '@pilotlight/protocol';
import { gitFailure, gitOk } from '../git.ts';
import { readCommit } from '../repository.ts';
import { emptySubmodules } from './empty-submodules.ts';
import { markHolding, noLongerHeld, unmarkHolding } from './held-ignored.ts';
import { changedSince, lookAt, type Findings } from './look.ts';
import { byteRecords, shown, toInput } from './path-bytes.ts';
import { findUncommittedInside, isRepositoryInside } from './repositories-inside.ts';
import type { Shadow } from './shadow.ts';

/** The state of a worktree, as git has it. */
export interface Snapshot {
  tree: string;
  leftOut: LeftOut[];
}

export interface SnapshotOptions {
  /** whether ignored files are held too */
  ignored: boolean;
  /** The `fileClock` when an agent was let loose, asked when the disk was looked at; null: none was yet. */
  cutoff?(): bigint | null;
}

/** A file that is written to all the time is read this often. */
const ATTEMPTS = 3;
/** Files that git cannot read although we could, dropped one by one. */
const MOST_DROPPED = 20;

/**
 * Brings our index to what is on the disk and writes it as a tree. The user's index, HEAD and stash are not touched. Not
 * to be called twice at a time for one worktree.
 *
 * @throws PilotlightError `git_failed`
 */
export async function takeSnapshot(shadow: Shadow, options: SnapshotOptions): Promise<Snapshot> {
  try {
    return await snapshotOnce(shadow, options);
  } catch {
    // An index that a power loss has spoiled is only a cache of what is on the disk.
    await shadow.forget();
    return snapshotOnce(shadow, options);
  }
}

async function snapshotOnce(shadow: Shadow, { ignored, cutoff }: SnapshotOptions): Promise<Snapshot> {
  await shadow.copyExcludes();
  if (ignored) await markHolding(shadow);
  const [listed, forced, unfilled] = await Promise.all([
    listChanged(shadow, ignored),
    ignored ? [] : trackedButIgnored(shadow),
    emptySubmodules(shadow),
  ]);
  const { worktreePath } = shadow;
  const isRuleChanged = listed.changed.some((path) => /(^|\/)\.gitignore$/.test(path));
  const known = isRuleChanged && !ignored ? await trackedButIgnored(shadow, isRuleChanged) : forced;
  const held = ignored ? null : await noLongerHeld(shadow, known);
  const gone = new Set(held);
  const paths = [...new Set([...listed.changed, ...known])].filter((path) => !gone.has(path));
  const found = await lookAt(worktreePath, paths, listed.others, cutoff?.() ?? null);
  const leftOut = [...found.leftOut];
  const info = [...[...found.strike, ...gone].map((path) => struck(shadow, path)), ...unfilled];
  for (const line of unfilled) shadow.repositories?.add(line.slice(line.indexOf('\t') + 1));
  for (const path of found.repositories) {
    const inside = await repositoryInside(worktreePath, path);
    const commit = inside?.commit ?? null;
    info.push(commit === null ? struck(shadow, path) : `160000 ${commit}\t${path}`);
    // A plain folder where a file was is held with its own files.
    if (inside === null) continue;
    if (commit === null) leftOut.push({ path: shown(path), why: 'repository' });
    else shadow.repositories?.add(path);
  }
  if (info.length > 0) {
    await shadow.gitOk(['update-index', '--replace', '--add', '-z', '--index-info'], {
      input: toInput(info),
    });
  }
  if (held !== null) await unmarkHolding(shadow);
  leftOut.push(...(await readIn(shadow, found, () => cutoff?.() ?? null)));
  leftOut.push(...(await findUncommittedInside(shadow)));
  return { tree: await shadow.writeTree(), leftOut };
}

/** What is not as our index has it. */
async function listChanged(
  shadow: Shadow,
  ignored: boolean,
): Promise<{ changed: string[]; others: Set<string> }> {
  const rules = ignored ? [] : ['--exclude-standard'];
  const args = ['ls-files', '-z', '-t', '--others', '--modified', '--deleted', ...rules];
  const { bytes } = await shadow.gitOk(args);
  const changed: string[] = [];
  const others = new Set<string>();
  for (const record of byteRecords(bytes)) {
    const path = record.slice(2);
    changed.push(path);
    if (record.startsWith('?')) others.add(path);
  }
  return { changed, others };
}

const knownForced = new Map<string, { stamp: string; paths: string[] }>();

/** Files that the user has added although a rule ignores them: for our index they would be ignored. */
async function trackedButIgnored({ worktreePath, userIndex }: Shadow, anew = false): Promise<string[]> {
  const index = await stat(userIndex, { bigint: true }).catch(() => null);
  if (index === null) return [];
  const stamp = `${index.ino} ${index.size} ${index.mtimeNs}`;
  const known = knownForced.get(worktreePath);
  if (known?.stamp === stamp && !anew) return known.paths;
  const args = ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard'];
  const paths = byteRecords((await gitOk(args, { cwd: worktreePath })).bytes);
  knownForced.set(worktreePath, { stamp, paths });
  return paths;
}

/** A repository inside and the commit it is at, null when it has none; null for a folder that is no repository. */
async function repositoryInside(
  worktreePath: string,
  path: string,
): Promise<{ commit: string | null } | null> {
  if (!(await isRepositoryInside(worktreePath, path))) return null;
  const inside = join(worktreePath, shown(path));
  const env = { GIT_WORK_TREE: inside };
  return { commit: await readCommit(inside, 'HEAD', env).catch(() => null) };
}

async function readIn(
  shadow: Shadow,
  { update, seen }: Findings,
  cutoff: () => bigint | null,
): Promise<LeftOut[]> {
  if (update.length === 0) return [];
  const leftOut = await updateIndex(shadow, update);
  let looked: ReadonlyMap<string, BigIntStats> = seen;
  for (let attempt = 1; ; attempt += 1) {
    const changed = await changedSince(shadow.worktreePath, looked);
    if (changed.length === 0) return leftOut;
    if (attempt === ATTEMPTS) {
      return [...leftOut, ...changed.map((path) => ({ path: shown(path), why: 'changing' as const }))];
    }
    const again = await lookAt(shadow.worktreePath, changed, new Set(), cutoff());
    leftOut.push(...again.leftOut, ...(await updateIndex(shadow, again.update)));
    looked = again.seen;
  }
}

/** Reads the files into the repository; what git cannot read is left out. */
async function updateIndex(shadow: Shadow, paths: readonly string[]): Promise<LeftOut[]> {
  const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
  const leftOut: LeftOut[] = [];
  let rest = [...paths];
  while (rest.length > 0) {
    const result = await shadow.git(args, { input: toInput(rest) });
    if (result.exitCode === 0) break;
    const [, named] = /Unable to process path (.*)\n?$/m.exec(result.stderr) ?? [];
    const culprit = rest.find((path) => shown(path) === named);
    if (culprit === undefined || leftOut.length === MOST_DROPPED) {
      throw gitFailure(args, shadow.worktreePath, result);
    }
    rest = rest.filter((path) => path !== culprit);
    leftOut.push({ path: shown(culprit), why: 'unreadable' });
  }
  return leftOut;
}

/** A line of `update-index --index-info` that removes. */
function struck({ zero }: Shadow, path: string): string {
  return `0 ${zero}\t${path}`;
}
