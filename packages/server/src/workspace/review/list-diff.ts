import type { ChangeStatus, DiffFile, DiffFileKind } from '@pilotlight/protocol';
import { join } from 'node:path';
import { countLines } from '../count-lines.ts';
import { git, gitFailure, gitOk, type GitOptions } from '../git.ts';
import { listUntracked } from '../untracked-files.ts';
import { diffArgs, diffEnv, hasUntracked, type Compared } from './comparison-of.ts';
import { unmergedEntries } from './conflicts/unmerged-entries.ts';
import { contentObject } from './content-object.ts';
import { parseDiffRecords, type TrackedChange } from './diff-records.ts';

/** Room for the names of some 70,000 files. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;
/** Of the names of one command; the system takes 2 MiB of arguments and environment. */
const MAX_ARGUMENT_BYTES = 256 * 1024;
/** Larger untracked files are not counted. */
const MAX_COUNTED_BYTES = 2 * 1024 * 1024;
const READERS = 8;
/** A path that is named costs a look at every file, so past this part of the files that changed all of them are counted. */
const NAMED_PART = 1 / 4;

/** How git is asked. */
export type Asking = Pick<GitOptions, 'signal'>;

/** A changed file before its lines are counted and its content is looked at. */
export interface ListedChange {
  path: string;
  /** null: git does not track it */
  tracked: TrackedChange | null;
}

/**
 * The names of all files in which the two sides differ, by path. Contents are read only where git cannot tell without.
 *
 * @throws PilotlightError `git_failed`, `cancelled`
 */
export async function listDiff(
  cwd: string,
  compared: Compared,
  asking: Asking = {},
): Promise<{ changes: ListedChange[]; truncated: boolean }> {
  const args = diffArgs(compared, ['--raw', '-z', '--no-abbrev']);
  const options = { ...asking, cwd, env: diffEnv(compared) };
  const [result, untracked, conflicted] = await Promise.all([
    git(args, { ...options, maxBytes: MAX_LIST_BYTES }),
    hasUntracked(compared) ? listUntracked(options) : [],
    compared.kind === 'trees' ? [] : listConflicted(options),
  ]);
  if (result.exitCode !== 0 && !result.truncated) throw gitFailure(args, cwd, result);
  const tracked = await parseDiffRecords(result.bytes);
  for (const path of conflicted) {
    const change = tracked.get(path);
    // What is in conflict is in the index several times, and staged in no way.
    if (compared.kind === 'index') tracked.delete(path);
    else if (change !== undefined) change.status = 'conflicted';
  }
  const changes: ListedChange[] = [
    ...[...tracked.values()].map((change) => ({ path: change.path, tracked: change })),
    ...untracked.filter((path) => !tracked.has(path)).map((path) => ({ path, tracked: null })),
  ];
  changes.sort((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
  return { changes, truncated: result.truncated };
}

/**
 * One file that is there on both sides, without a list of all. What is there on one side only may be half of a rename, and
 * is not found here.
 */
export async function findOnBothSides(
  cwd: string,
  compared: Compared,
  path: string,
  asking: Asking = {},
): Promise<ListedChange | null> {
  const options = { ...asking, cwd, env: diffEnv(compared) };
  const args = diffArgs(compared, ['--raw', '-z', '--no-abbrev'], [path]);
  const { bytes } = await gitOk(args, options);
  const found = await parseDiffRecords(bytes);
  const tracked = found.get(path);
  // What is below it counts too, as a name: a folder in place of a file.
  if (tracked === undefined || found.size > 1) return null;
  if (tracked.status !== 'modified' || tracked.old === null || tracked.newMode === null) return null;
  const conflicted = compared.kind === 'trees' ? [] : await listConflicted(options);
  return conflicted.includes(path) ? null : { path, tracked };
}

/** Against a commit, git does not say which files a merge has left in conflict; the index does. */
async function listConflicted(options: GitOptions): Promise<string[]> {
  return (await unmergedEntries(options)).map(({ path }) => path);
}

/**
 * Those files with their lines and their content on the new side, in the same order; none is `viewed`.
 *
 * @param total how many changed, as far as that is known
 */
export async function describeChanges(
  cwd: string,
  compared: Compared,
  changes: readonly ListedChange[],
  { total = Infinity, ...asking }: Asking & { total?: number } = {},
): Promise<DiffFile[]> {
  const tracked = changes.flatMap((change) => (change.tracked === null ? [] : [change.tracked]));
  const onDisk = hasUntracked(compared);
  const [lines, sizes] = await Promise.all([
    countTracked(cwd, compared, tracked, asking, changes.length > total * NAMED_PART),
    onDisk ? new Map<string, number>() : sizesOf(cwd, tracked, asking),
  ]);
  const files: DiffFile[] = [];
  const queue = changes.entries();
  const reader = async (): Promise<void> => {
    for (const [index, change] of queue) {
      asking.signal?.throwIfAborted();
      const seen = onDisk ? await lookAt(cwd, change) : null;
      files[index] = fileOf(change, lines.get(change.path), seen, sizes);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return files;
}

interface SeenOnDisk {
  object: string | null;
  mode: string | null;
  size: number | null;
  /** of an untracked file */
  lines: number | null;
  binary: boolean;
}

async function lookAt(cwd: string, { path, tracked }: ListedChange): Promise<SeenOnDisk> {
  const file = join(cwd, path);
  const hash = tracked?.old?.object.length === 64 ? 'sha256' : 'sha1';
  const content = await contentObject(file, hash);
  if (tracked !== null) return { ...content, lines: null, binary: false };
  const counted = await countLines(file, MAX_COUNTED_BYTES);
  return { ...content, ...counted };
}

function fileOf(
  { path, tracked }: ListedChange,
  counted: TrackedChange | undefined,
  seen: SeenOnDisk | null,
  sizes: ReadonlyMap<string, number>,
): DiffFile {
  if (tracked === null) {
    const status: ChangeStatus = 'untracked';
    const mode = seen?.mode ?? null;
    const kind = kindOf([mode], path, seen?.binary ?? false);
    const none = { oldPath: null, oldMode: null, deletions: seen?.lines == null ? null : 0, viewed: false };
    const { lines = null, object = null, size = null } = seen ?? {};
    return { path, status, kind, newMode: mode, additions: lines, object, size, ...none };
  }
  const { oldPath, status, old, newMode, newObject } = tracked;
  const isGone = newMode === null;
  // A submodule's content is the commit it is at.
  const isRepository = newMode === '160000';
  const object = isGone ? null : isRepository ? newObject : (seen?.object ?? newObject);
  return {
    path,
    oldPath,
    status,
    kind: kindOf([old?.mode ?? null, newMode], path, counted?.binary ?? false),
    oldMode: old?.mode ?? null,
    newMode,
    additions: counted?.additions ?? null,
    deletions: counted?.deletions ?? null,
    object,
    size: isGone || isRepository ? null : (seen?.size ?? sizes.get(newObject ?? '') ?? null),
    viewed: false,
  };
}

function kindOf(modes: readonly (string | null)[], path: string, binary: boolean): DiffFileKind {
  const present = modes.filter((mode) => mode !== null);
  if (path.endsWith('/') || present.includes('160000')) return 'repository';
  if (binary) return 'binary';
  return present.at(-1) === '120000' ? 'symlink' : 'text';
}

/** Lines added and removed; of these files only, unless `all` are counted. */
async function countTracked(
  cwd: string,
  compared: Compared,
  changes: readonly TrackedChange[],
  asking: Asking,
  all: boolean,
): Promise<Map<string, TrackedChange>> {
  const counted = new Map<string, TrackedChange>();
  if (changes.length === 0) return counted;
  for (const some of all ? [[]] : portions(changes)) {
    const paths = some.flatMap(({ path, oldPath }) => (oldPath === null ? [path] : [oldPath, path]));
    const args = diffArgs(compared, ['--raw', '--numstat', '-z', '--no-abbrev'], paths);
    const { bytes } = await gitOk(args, { ...asking, cwd, env: diffEnv(compared) });
    for (const [path, change] of await parseDiffRecords(bytes)) counted.set(path, change);
  }
  return counted;
}

function* portions(changes: readonly TrackedChange[]): Generator<TrackedChange[]> {
  let some: TrackedChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    some.push(change);
    bytes += 3 * (change.path.length + (change.oldPath?.length ?? 0)) + 2;
    if (bytes < MAX_ARGUMENT_BYTES) continue;
    yield some;
    [some, bytes] = [[], 0];
  }
  if (some.length > 0) yield some;
}

async function sizesOf(
  cwd: string,
  changes: readonly TrackedChange[],
  asking: Asking,
): Promise<Map<string, number>> {
  const objects = changes.flatMap(({ newMode, newObject }) =>
    newObject === null || newMode === '160000' ? [] : [newObject],
  );
  if (objects.length === 0) return new Map();
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)'];
  const { stdout } = await gitOk(args, { ...asking, cwd, input: `${objects.join('\n')}\n` });
  return new Map(
    stdout
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([object = '', size = '']) => (/^\d+$/.test(size) ? [[object, Number(size)] as const] : [])),
  );
}
