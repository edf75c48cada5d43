import { PilotlightError } from '@pilotlight/protocol';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTrees, isOfRepository, type TreeChange } from '../../checkpoints/compare-trees.ts';
import { findInTheWay } from '../../checkpoints/in-the-way.ts';
import { fromClient, shown } from '../../checkpoints/path-bytes.ts';
import { git, gitOk } from '../../git.ts';
import type { ListedChange } from '../list-diff.ts';

/**
 * To be asked before git takes a working tree from one commit to another: what is ignored it would overwrite without a word.
 *
 * @throws PilotlightError `conflict` when something that git does not track lies where a file would be written
 */
export async function requireRoomFor(cwd: string, from: string, to: string): Promise<void> {
  const changes = await compareTrees({ gitOk: (args) => gitOk(args, { cwd }) }, from, to);
  // git writes nothing into the place of a submodule.
  await requireRoom(
    cwd,
    changes.filter((change) => !isOfRepository(change)),
  );
}

/** The same for a merge of `theirs` into what is checked out. @throws as `requireRoomFor` */
export async function requireRoomToMerge(cwd: string, head: string, theirs: string): Promise<void> {
  const { exitCode, stdout } = await git(['merge-base', head, theirs], { cwd });
  // What this side has removed since is not written again.
  await requireRoomFor(cwd, exitCode === 0 ? stdout.trim() : head, theirs);
}

/** The same before files become what the index says. @throws as `requireRoomFor` */
export async function requireRoomToDiscard(cwd: string, changes: readonly ListedChange[]): Promise<void> {
  const entry = { mode: '100644', object: '' };
  const moves = await Promise.all(
    changes.map(async ({ path, tracked }): Promise<TreeChange[]> => {
      const name = fromClient(path);
      if (tracked === null || tracked.old === null) return [{ path: name, from: entry, to: null }];
      const there = await lstat(join(cwd, path)).catch(() => null);
      // A file in its place is the change itself.
      return there === null || there.isDirectory() ? [{ path: name, from: null, to: entry }] : [];
    }),
  );
  await requireRoom(cwd, moves.flat());
}

async function requireRoom(cwd: string, changes: readonly TreeChange[]): Promise<void> {
  const [first, ...more] = await findInTheWay(cwd, changes);
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const path = shown(first);
  throw new PilotlightError(
    'conflict',
    `${path} is in the way${others}: it is not tracked by git, and would be overwritten in ${cwd}. Nothing was done; move it away and try again.`,
    { details: { path, folder: cwd } },
  );
}
