import { MAX_CHANGED_FILES, type ChangedFile, type Changes } from '@pilotlight/protocol';
import { gitOk } from './git.ts';
import { trackedChanges, type TrackedChange } from './tracked-changes.ts';
import { countUntracked, listUntracked } from './untracked-files.ts';
import { nullWithoutGit } from './without-git.ts';

export interface ChangesOptions {
  worktreePath: string;
  /** null: there is no commit yet, everything is new */
  baseCommit: string | null;
  signal?: AbortSignal | undefined;
}

/** As of a folder without git. */
export const NO_CHANGES: Changes = { base: null, files: [], additions: 0, deletions: 0, truncated: false };

/**
 * Every file in which a worktree differs from its base, by path: committed, staged, modified and untracked. The index is
 * not touched.
 *
 * @throws PilotlightError `worktree_missing`, `git_failed`, `cancelled`
 */
export async function listChanges(options: ChangesOptions): Promise<Changes> {
  const { worktreePath, baseCommit, signal } = options;
  const asked = Promise.all([
    baseTree(options).then((base) => trackedChanges({ worktreePath, base, signal }, true)),
    listUntracked(worktreePath, signal),
  ]);
  const found = await nullWithoutGit(worktreePath, asked);
  if (found === null) return NO_CHANGES;
  const [tracked, untracked] = found;
  // Both come sorted, so of each only the first can be among the first of both.
  const listed = [
    ...tracked.changes.slice(0, MAX_CHANGED_FILES).map((change) => ({ path: change.path, change })),
    ...untracked.slice(0, MAX_CHANGED_FILES).map((path) => ({ path, change: null })),
  ]
    .toSorted(byPath)
    .slice(0, MAX_CHANGED_FILES);
  const files = await describe(worktreePath, listed, signal);
  return {
    base: baseCommit,
    files,
    additions: files.reduce((sum, file) => sum + (file.additions ?? 0), 0),
    deletions: files.reduce((sum, file) => sum + (file.deletions ?? 0), 0),
    truncated: tracked.truncated || tracked.changes.length + untracked.length > listed.length,
  };
}

/** What to compare with: the base, or git's empty tree. */
export async function baseTree({ worktreePath, baseCommit, signal }: ChangesOptions): Promise<string> {
  if (baseCommit !== null) return baseCommit;
  const args = ['hash-object', '-t', 'tree', '--stdin'];
  const { stdout } = await gitOk(args, { cwd: worktreePath, signal, input: '' });
  return stdout.trim();
}

interface Entry {
  path: string;
  /** null: untracked */
  change: TrackedChange | null;
}

async function describe(
  folder: string,
  entries: readonly Entry[],
  signal: AbortSignal | undefined,
): Promise<ChangedFile[]> {
  const untracked = entries.flatMap(({ path, change }) => (change === null ? [path] : []));
  const counts = (await countUntracked(folder, untracked, signal)).values();
  return entries.map(({ path, change }) => {
    if (change !== null) {
      const { oldPath, status, additions, deletions, binary } = change;
      return { path, oldPath, status, additions, deletions, binary };
    }
    const { lines = null, binary = false } = counts.next().value ?? {};
    const deletions = lines === null ? null : 0;
    return { path, oldPath: null, status: 'untracked', additions: lines, deletions, binary };
  });
}

function byPath(one: Entry, other: Entry): number {
  return one.path < other.path ? -1 : Number(one.path > other.path);
}
