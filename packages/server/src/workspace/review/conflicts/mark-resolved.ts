import { PilotlightError, type MarkResolved } from '@pilotlight/protocol';
import { join } from 'node:path';
import { gitOk } from '../../git.ts';
import { contentObject } from '../content-object.ts';
import { changedSince } from '../change-index.ts';
import { pathInside } from '../read-file-diff.ts';
import { markersOnDisk } from './conflict-markers.ts';
import { byPath, hashOf, unmergedEntries, type UnmergedEntry } from './unmerged-entries.ts';

const REPOSITORY = '160000';

/**
 * Takes files that were in conflict into the index as they are on the disk; one that is gone there counts as removed.
 *
 * @throws PilotlightError `conflict` for a file that is not in conflict, `merge_conflicts` where markers are left and
 *   `withMarkers` is not said, `changed_since`, `path_outside`, `git_failed`. Nothing is marked then.
 */
export async function markResolved(cwd: string, { files, withMarkers = false }: MarkResolved): Promise<void> {
  const unmerged = byPath(await unmergedEntries({ cwd }));
  const [kept, gone]: [string[], string[]] = [[], []];
  const marked: { path: string; lines: number[] }[] = [];
  for (const wanted of files) {
    const path = await pathInside(cwd, wanted.path);
    const stages = unmerged.get(path);
    if (stages === undefined) throw notInConflict(cwd, path);
    const { object, mode } = await contentObject(join(cwd, path), hashOf(stages));
    if (wanted.object !== undefined && wanted.object !== object) throw changedSince(cwd, path);
    const lines = (await markersOnDisk(join(cwd, path)))?.map(({ line }) => line) ?? [];
    if (lines.length > 0) marked.push({ path, lines });
    // A folder in its place has nothing of it, unless it is the folder of a repository.
    const isThere = mode !== null && (mode !== REPOSITORY || isRepository(stages));
    (isThere ? kept : gone).push(path);
  }
  if (marked.length > 0 && !withMarkers) throw markersLeft(cwd, marked);
  await updateIndex(cwd, ['--add', '--remove', '--replace'], kept);
  await updateIndex(cwd, ['--force-remove'], gone);
}

/**
 * Makes files that were marked as resolved be in conflict again, as long as git knows what their sides were. What is on the
 * disk stays.
 *
 * @throws PilotlightError `conflict` for a file that was in none, `path_outside`, `git_failed`
 */
export async function markUnresolved(cwd: string, { files }: MarkResolved): Promise<void> {
  const [open, known] = await Promise.all([unmergedEntries({ cwd }), unmergedEntries({ cwd }, 'resolved')]);
  const [unmerged, resolved] = [byPath(open), byPath(known)];
  const records: string[] = [];
  for (const wanted of files) {
    const path = await pathInside(cwd, wanted.path);
    const stages = resolved.get(path);
    if (stages === undefined || unmerged.has(path)) throw notResolved(cwd, path);
    const entries = [...stages.values()];
    records.push(`0 ${'0'.repeat(entries[0]?.object.length ?? 40)}\t${path}\0`);
    for (const { mode, object, stage } of entries) records.push(`${mode} ${object} ${stage}\t${path}\0`);
  }
  await gitOk(['update-index', '-z', '--index-info'], { cwd, input: records.join('') });
}

async function updateIndex(cwd: string, flags: readonly string[], paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const input = paths.map((path) => `${path}\0`).join('');
  await gitOk(['update-index', ...flags, '-z', '--stdin'], { cwd, input });
}

function isRepository(stages: ReadonlyMap<number, UnmergedEntry>): boolean {
  return [...stages.values()].some(({ mode }) => mode === REPOSITORY);
}

function notInConflict(cwd: string, path: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `${JSON.stringify(path)} in ${cwd} is not in conflict (any more). Nothing was marked; look at the list of conflicts again.`,
    {
      details: { path },
    },
  );
}

function notResolved(cwd: string, path: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `${JSON.stringify(path)} in ${cwd} is no file whose conflict was resolved since it stopped. Nothing was changed; look at the list of conflicts again.`,
    { details: { path } },
  );
}

function markersLeft(cwd: string, files: readonly { path: string; lines: number[] }[]): PilotlightError {
  const named = files.slice(0, 5).map(({ path, lines }) => {
    const some = lines.slice(0, 5).join(', ');
    return `${JSON.stringify(path)} (${lines.length === 1 ? 'line' : 'lines'} ${some}${lines.length > 5 ? ', …' : ''})`;
  });
  const more = files.length > 5 ? ` and ${files.length - 5} more files` : '';
  return new PilotlightError(
    'merge_conflicts',
    `There are conflict markers in ${named.join(', ')}${more} in ${cwd}. Take them out and mark again, or say that they ` +
      'belong there (--with-markers). Nothing was marked.',
    { details: { files } },
  );
}
