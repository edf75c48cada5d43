import { MAX_PATCH_BYTES, PilotlightError, type FileDiff } from '@pilotlight/protocol';
import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { confine } from '../confine.ts';
import { isBinary } from '../count-lines.ts';
import { git, gitFailure, gitOk } from '../git.ts';
import { diffArgs, diffEnv, type Compared } from './comparison-of.ts';
import { conflictLook } from './conflicts/conflict-patch.ts';
import { parseDiffRecords, type TrackedChange } from './diff-records.ts';
import { describeChanges, findOnBothSides, listDiff, type Asking, type ListedChange } from './list-diff.ts';
import {
  diffHunk,
  hunkId,
  parsePatch,
  wholeFileHunk,
  type PatchSection,
  type RawHunk,
} from './parse-patch.ts';

export interface PatchOptions extends Asking {
  /** unchanged lines around a change */
  context: number;
  ignoreWhitespace: boolean;
}

/** The change of one file with its patch as git wrote it. */
export interface FilePatch {
  change: ListedChange;
  hunks: RawHunk[];
  /** as git writes it in `---` and `+++`; null where there is none */
  name: string | null;
  truncated: boolean;
}

/**
 * The path as git would say it, if it lies in the worktree. Its folder is resolved, not the file: a symlink that was changed
 * is shown, and not followed.
 *
 * @throws PilotlightError `path_outside`
 */
export async function pathInside(worktree: string, path: string): Promise<string> {
  const absolute = resolve(worktree, path);
  await confine(worktree, dirname(absolute));
  const name = relative(worktree, absolute);
  if (name === '' || name.startsWith('..')) await confine(worktree, '..');
  return name;
}

/**
 * Finds one file among the changes.
 *
 * @throws PilotlightError `file_not_found`, `path_outside`
 */
export async function findChange(
  cwd: string,
  compared: Compared,
  path: string,
  asking: Asking = {},
): Promise<ListedChange> {
  const name = await pathInside(cwd, path);
  const modified = await findOnBothSides(cwd, compared, name, asking);
  if (modified !== null) return modified;
  const { changes } = await listDiff(cwd, compared, asking);
  const found = changes.find((change) => change.path === name || change.path === `${name}/`);
  if (found !== undefined) return found;
  throw new PilotlightError(
    'file_not_found',
    `${JSON.stringify(path)} is not among these changes of ${cwd}. List them again.`,
    { details: { path } },
  );
}

/** The hunks of one file, as clients see them. @throws as `findChange`, and `git_failed`, `cancelled` */
export async function readFileDiff(
  cwd: string,
  compared: Compared,
  path: string,
  options: PatchOptions,
): Promise<FileDiff> {
  const asking = { signal: options.signal };
  const change = await findChange(cwd, compared, path, asking);
  const [[file], patch] = await Promise.all([
    describeChanges(cwd, compared, [change], asking),
    readPatch(cwd, compared, change, options),
  ]);
  if (file === undefined) throw new PilotlightError('internal', 'A changed file has no description.');
  const isWhole = options.ignoreWhitespace || isConflicted(change);
  const id = (hunk: RawHunk) => (isWhole ? null : hunkId(change.path, hunk));
  return {
    file,
    hunks: patch.hunks.map((hunk) => diffHunk(hunk, id(hunk))),
    oldObject: change.tracked?.old?.object ?? null,
    truncated: patch.truncated,
  };
}

/** The patch of one file that is among the changes. @throws PilotlightError `git_failed`, `cancelled` */
export async function readPatch(
  cwd: string,
  compared: Compared,
  change: ListedChange,
  options: PatchOptions,
): Promise<FilePatch> {
  if (change.tracked === null)
    return { change, name: null, ...(await untrackedHunks(join(cwd, change.path))) };
  const { context, ignoreWhitespace, ...asking } = options;
  const { oldPath } = change.tracked;
  const paths = oldPath === null ? [change.path] : [oldPath, change.path];
  const look = isConflicted(change) ? await conflictLook(cwd, change.path, asking) : null;
  // Unless told which, git compares with several versions at once, in a form of its own.
  const side = compared.kind === 'unstaged' && look !== null ? look.side : '';
  if (side === null) return { change, name: null, ...(await untrackedHunks(join(cwd, change.path))) };
  const lines = `-U${Math.max(context, look?.context ?? 0)}`;
  const formats = ['--patch', lines, ...(ignoreWhitespace ? ['-w'] : []), ...(side === '' ? [] : [side])];
  const args = diffArgs(compared, formats, paths);
  const raw = diffArgs(compared, ['--raw', '-z', '--no-abbrev'], paths);
  const [result, records] = await Promise.all([
    git(args, { ...asking, cwd, env: diffEnv(compared), maxBytes: MAX_PATCH_BYTES }),
    gitOk(raw, { ...asking, cwd, env: diffEnv(compared) }),
  ]);
  if (result.exitCode !== 0 && !result.truncated) throw gitFailure(args, cwd, result);
  const sections = parsePatch(result.bytes.toString('latin1'));
  // As a pathspec a name means what is below it too.
  const others = [...(await parseDiffRecords(records.bytes)).values()];
  const own = sectionsOf(change.path, sections, others);
  const last = own.at(-1);
  return {
    change,
    hunks: own.flatMap(({ hunks }) => hunks),
    name: last?.newName?.replace(/^("?)b\//, '$1a/') ?? last?.oldName ?? null,
    truncated: result.truncated,
  };
}

function isConflicted({ tracked }: ListedChange): boolean {
  return tracked?.status === 'conflicted';
}

/** Sections come in the order of the records; another type makes two of them. */
function sectionsOf(
  path: string,
  sections: readonly PatchSection[],
  records: readonly TrackedChange[],
): PatchSection[] {
  if (records.length === 1) return [...sections];
  let at = 0;
  for (const record of records) {
    const count = record.isOtherType ? 2 : 1;
    if (record.path === path) return sections.slice(at, at + count);
    at += count;
  }
  return [];
}

async function untrackedHunks(path: string): Promise<Pick<FilePatch, 'hunks' | 'truncated'>> {
  const content = await readContent(path);
  if (content === null || isBinary(content.bytes)) return { hunks: [], truncated: false };
  if (content.truncated) return { hunks: [], truncated: true };
  const hunk = wholeFileHunk(content.bytes);
  return { hunks: hunk === null ? [] : [hunk], truncated: false };
}

async function readContent(path: string): Promise<{ bytes: Buffer; truncated: boolean } | null> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return null;
  if (found.isSymbolicLink()) return { bytes: Buffer.from(await readlink(path)), truncated: false };
  if (!found.isFile()) return null;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return null;
  try {
    if (found.size > MAX_PATCH_BYTES) {
      const { buffer } = await file.read(Buffer.alloc(8_000), 0, 8_000, 0);
      return { bytes: buffer, truncated: true };
    }
    return { bytes: await file.readFile(), truncated: false };
  } finally {
    await file.close();
  }
}
