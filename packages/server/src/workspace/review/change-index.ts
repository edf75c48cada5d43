import { PilotlightError, type Selection } from '@pilotlight/protocol';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { confine } from '../confine.ts';
import { git, gitFailure, gitOk } from '../git.ts';
import { emptyTree, type Compared } from './comparison-of.ts';
import { describeChanges, listDiff, type ListedChange } from './list-diff.ts';
import { hunkId, type RawHunk } from './parse-patch.ts';
import { pathInside, readPatch } from './read-file-diff.ts';
import { writePatch } from './write-patch.ts';

const DEFAULT_CONTEXT = 3;

/** What was selected, found among the changes as they are now. */
export interface Selected {
  /** taken whole */
  files: ListedChange[];
  /** some hunks of a file that is changed, neither new nor gone */
  patches: { change: ListedChange; name: string; hunks: RawHunk[]; context: number }[];
}

/**
 * Finds what somebody selected. All of it must still be as it was seen.
 *
 * @throws PilotlightError `changed_since`, `path_outside`, `invalid_request` for what cannot be taken (a repository inside, a
 *   file in conflict)
 */
export async function findSelected(
  cwd: string,
  compared: Compared,
  selection: Selection['files'],
): Promise<Selected> {
  const { changes } = await listDiff(cwd, compared);
  const byPath = new Map(changes.map((change) => [change.path, change]));
  const selected: Selected = { files: [], patches: [] };
  for (const wanted of selection) {
    const path = await pathInside(cwd, wanted.path);
    const change = byPath.get(path) ?? byPath.get(`${path}/`);
    if (change === undefined) throw hasNoChange(cwd, path);
    requireTakable(cwd, change);
    if (wanted.object !== undefined) {
      const [file] = await describeChanges(cwd, compared, [change]);
      if (file?.object !== wanted.object) throw changedSince(cwd, path);
    }
    if (wanted.hunks === undefined) selected.files.push(change);
    else await addHunks(selected, cwd, compared, change, wanted.hunks, wanted.context ?? DEFAULT_CONTEXT);
  }
  return selected;
}

async function addHunks(
  selected: Selected,
  cwd: string,
  compared: Compared,
  change: ListedChange,
  ids: readonly string[],
  context: number,
): Promise<void> {
  const patch = await readPatch(cwd, compared, change, { context, ignoreWhitespace: false });
  const byId = new Map(patch.hunks.map((hunk) => [hunkId(change.path, hunk), hunk]));
  if (ids.some((id) => !byId.has(id))) throw changedSince(cwd, change.path);
  const { tracked } = change;
  // A file that comes or goes is one hunk, so whoever took that took the file.
  const isWhole = tracked === null || tracked.old === null || tracked.newMode === null || tracked.isOtherType;
  if (isWhole || patch.name === null) {
    selected.files.push(change);
    return;
  }
  const hunks = patch.hunks.filter((hunk) => ids.includes(hunkId(change.path, hunk)));
  selected.patches.push({ change, name: patch.name, hunks, context });
}

function requireTakable(cwd: string, { path, tracked }: ListedChange): void {
  const isRepository = path.endsWith('/');
  if (!isRepository && tracked?.status !== 'conflicted') return;
  const why = isRepository
    ? 'is a repository of its own. Commit inside it, or make it a submodule'
    : 'is in conflict. Resolve it and mark it as resolved, or hand it to the agent';
  throw new PilotlightError('invalid_request', `${JSON.stringify(path)} in ${cwd} ${why}.`, {
    details: { path },
  });
}

function hasNoChange(cwd: string, path: string): PilotlightError {
  return new PilotlightError(
    'changed_since',
    `${JSON.stringify(path)} in ${cwd} has no change of that kind (any more). Nothing was done; list the changes again.`,
    { details: { path } },
  );
}

/** The error of a file that is another than the one that was seen. */
export function changedSince(cwd: string, path: string): PilotlightError {
  return new PilotlightError(
    'changed_since',
    `${JSON.stringify(path)} in ${cwd} has changed since you looked at it. Nothing was done; look at it again.`,
    { details: { path } },
  );
}

/** Takes files and hunks of the working tree into the index. @throws PilotlightError `changed_since`, `git_failed` */
export async function stage(cwd: string, { files, patches }: Selected): Promise<void> {
  // Hunks first: they may be refused, and nothing is staged then.
  await applyPatches(cwd, patches, ['--cached']);
  if (files.length === 0) return;
  const input = files.map(({ path }) => `${path}\0`).join('');
  await gitOk(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], { cwd, input });
}

/** Makes files and hunks in the index what HEAD says. @throws PilotlightError `changed_since`, `git_failed` */
export async function unstage(cwd: string, { files, patches }: Selected): Promise<void> {
  await applyPatches(cwd, patches, ['--cached', '--reverse']);
  if (files.length === 0) return;
  // The name of no object is as long as that of any other.
  const zero = (await emptyTree(cwd)).replaceAll(/./g, '0');
  const input = files.flatMap(({ tracked }) => (tracked === null ? [] : headEntries(tracked, zero))).join('');
  await gitOk(['update-index', '-z', '--index-info'], { cwd, input });
}

function headEntries(
  { path, oldPath, status, old }: NonNullable<ListedChange['tracked']>,
  zero: string,
): string[] {
  const gone = (name: string): string => `0 ${zero}\t${name}\0`;
  if (old === null) return [gone(path)];
  const entry = (name: string): string => `${old.mode} ${old.object}\t${name}\0`;
  if (status === 'copied') return [gone(path)];
  return oldPath === null ? [entry(path)] : [gone(path), entry(oldPath)];
}

/** Makes files and hunks of the working tree what the index says; files git does not track go. */
export async function discard(cwd: string, { files, patches }: Selected): Promise<void> {
  await applyPatches(cwd, patches, ['--reverse']);
  const tracked = files.filter((change) => change.tracked !== null && change.tracked.old !== null);
  for (const { path } of files.filter((change) => !tracked.includes(change))) {
    const folder = await confine(cwd, dirname(join(cwd, path)));
    await rm(join(folder, path.slice(path.lastIndexOf('/') + 1)), { force: true });
  }
  if (tracked.length === 0) return;
  const input = tracked.map(({ path }) => `${path}\0`).join('');
  await gitOk(['checkout-index', '--force', '-z', '--stdin'], { cwd, input });
}

/** All of them or none. */
async function applyPatches(
  cwd: string,
  patches: Selected['patches'],
  flags: readonly string[],
): Promise<void> {
  if (patches.length === 0) return;
  const keeps = flags.includes('--reverse') ? 'new' : 'old';
  const input = Buffer.concat(patches.map(({ name, hunks }) => writePatch(name, hunks, keeps)));
  const loose = patches.some(({ context }) => context === 0) ? ['--unidiff-zero'] : [];
  const args = ['apply', ...flags, ...loose, '--whitespace=nowarn', '-'];
  const result = await git(args, { cwd, input });
  if (result.exitCode === 0) return;
  if (!/patch does not apply|patch failed|does not exist|does not match/.test(result.stderr)) {
    throw gitFailure(args, cwd, result);
  }
  throw changedSince(cwd, patches.map(({ change }) => change.path).join(', '));
}
