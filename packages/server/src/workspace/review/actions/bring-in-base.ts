import { PilotlightError } from '@pilotlight/protocol';
import { git, gitFailure } from '../../git.ts';
import { readCommit } from '../../repository.ts';
import { baseBranchOf, requireBranch } from '../base-branch.ts';
import {
  branchState,
  commitsOf,
  filesBetween,
  quietBranch,
  requireAuthor,
  requireCommitted,
} from '../branch-state.ts';
import { stagedMarkers } from '../conflicts/conflict-markers.ts';
import type { KeepState } from './discard-changes.ts';
import { counted, planOf, short, type ActionPlace, type Outcome, type Prepared } from './prepared.ts';
import { requireRoomFor, requireRoomToMerge } from './require-room.ts';
import { tryMergeOf } from './try-merge-of.ts';

/** git asks for no message: it takes the ones it has. */
const NO_EDITOR = { GIT_EDITOR: 'true', GIT_SEQUENCE_EDITOR: 'true' };
const UNDO = 'The branch goes back to where it was, until something else is committed.';
const NOTES = ['Hooks of the repository do not run.', 'Commits are not signed.'];
/** Thousands of commits may be replayed. */
const TIMEOUT_MS = 10 * 60_000;

/** Puts the session's commits on top of a branch. */
export async function prepareRebase(
  place: ActionPlace,
  { onto }: { onto?: string | undefined },
): Promise<Prepared> {
  const { folder } = place;
  const { branch, head, target } = await sides(place, onto);
  const [own, theirs] = await Promise.all([
    commitsOf(folder, `${target.commit}..${head}`),
    commitsOf(folder, `${head}..${target.commit}`, 1),
  ]);
  if (theirs.count === 0) throw upToDate(branch, target.name);
  await requireRoomFor(folder, head, target.commit);
  return {
    plan: planOf({
      steps: [
        `Put ${counted(own.count, 'commit')} of ${branch} on top of ${target.name} (${short(target.commit)}).`,
      ],
      notes: [...NOTES, 'Untracked files stay. At a conflict it stops, and can be continued or aborted.'],
      target: branch,
      commits: own.commits,
      commitCount: own.count,
      files: await filesBetween(folder, target.commit, head),
      // Of several commits each is tried in turn, and nobody knows before.
      conflicts: own.count === 1 ? await foreseen(folder, target.commit, head) : [],
      undo: { possible: true, how: UNDO },
    }),
    seen: [branch, head, target.ref, target.commit],
    run: () =>
      finish(place, branch, head, ['rebase', '--no-autostash', '--no-verify', target.commit], {
        done: `Rebased ${counted(own.count, 'commit')} of ${branch} onto ${target.name}.`,
        stopped: `The rebase of ${branch} onto ${target.name} stopped`,
      }),
  };
}

/** Merges a branch into the session's. */
export async function prepareMergeBase(
  place: ActionPlace,
  { from }: { from?: string | undefined },
): Promise<Prepared> {
  const { folder } = place;
  const { branch, head, target } = await sides(place, from);
  const theirs = await commitsOf(folder, `${head}..${target.commit}`);
  if (theirs.count === 0) throw upToDate(branch, target.name);
  await requireRoomToMerge(folder, head, target.commit);
  const message = `Merge branch '${target.name}' into ${branch}`;
  const args = [
    'merge',
    '--no-verify',
    '--no-gpg-sign',
    '--no-verify-signatures',
    '--ff',
    '--commit',
    '--no-squash',
  ];
  return {
    plan: planOf({
      steps: [
        `Merge ${counted(theirs.count, 'commit')} of ${target.name} (${short(target.commit)}) into ${branch}.`,
      ],
      notes: [...NOTES, 'Untracked files stay. At a conflict it stops, and can be continued or aborted.'],
      target: branch,
      commits: theirs.commits,
      commitCount: theirs.count,
      files: await filesBetween(folder, head, target.commit),
      conflicts: await foreseen(folder, head, target.commit),
      undo: { possible: true, how: UNDO },
    }),
    seen: [branch, head, target.ref, target.commit],
    run: () =>
      finish(place, branch, head, [...args, '--no-autostash', '-m', message, target.commit], {
        done: `Merged ${target.name} into ${branch}.`,
        stopped: `The merge of ${target.name} into ${branch} stopped`,
      }),
  };
}

/** Goes on with what stopped. `before`: where the branch was when it began, as far as that is known. */
export async function prepareContinue({ folder }: ActionPlace, before: string | null): Promise<Prepared> {
  const { branch, head, operation, files } = await branchState(folder);
  const what = requireStopped(folder, operation);
  if (files.length > 0) {
    throw new PilotlightError(
      'merge_conflicts',
      `${counted(files.length, 'file')} in ${folder} ${files.length === 1 ? 'is' : 'are'} still in conflict. Resolve ` +
        `${files.length === 1 ? 'it, mark it' : 'them, mark them'} as resolved, and continue then.`,
      { details: { files: files.map(({ path }) => path) } },
    );
  }
  await requireAuthor(folder);
  const marked = await stagedMarkers(folder);
  return {
    plan: planOf({
      steps: [`Continue the ${what} of ${branch ?? 'this worktree'} with what is staged.`],
      notes: [
        ...marked.slice(0, 10).map((path) => `${path} is staged with conflict markers in it.`),
        ...NOTES,
      ],
      target: branch,
      undo: {
        possible: before !== null,
        how: before === null ? 'It is not known where the branch was.' : UNDO,
      },
    }),
    seen: [branch, head, operation, marked],
    run: () =>
      finish({ folder }, branch, before, [what, '--continue'], {
        done: `Finished the ${what} of ${branch ?? 'this worktree'}.`,
        stopped: `The ${what} of ${branch ?? 'this worktree'} stopped again`,
      }),
  };
}

/** Gives up what stopped. The files as they are are kept first: with it goes what was resolved and edited meanwhile. */
export async function prepareAbort({ folder, session }: ActionPlace, keep: KeepState): Promise<Prepared> {
  const { branch, head, operation, files } = await branchState(folder);
  const what = requireStopped(folder, operation);
  return {
    plan: planOf({
      steps: [
        'Keep the present state of the worktree.',
        `Abort the ${what}: ${branch ?? 'this worktree'} and its files are as before it.`,
      ],
      notes: ['How conflicts were resolved so far can be restored from the state that is kept.'],
      target: branch,
      files: files.map(({ path }) => path),
      undo: { possible: false, how: 'Do it again instead.' },
    }),
    seen: [branch, head, operation],
    async run() {
      await keep(session.id, folder, {});
      const args = [what, '--abort'];
      const result = await git(args, { cwd: folder });
      if (result.exitCode !== 0) throw gitFailure(args, folder, result);
      return { state: 'done', summary: `Aborted the ${what} of ${branch ?? 'this worktree'}.`, undo: null };
    },
  };
}

async function sides(place: ActionPlace, wanted: string | undefined) {
  const { folder, session, project } = place;
  const { branch, head } = await quietBranch(folder);
  const target = await requireBranch(folder, wanted, await baseBranchOf(session, project, branch));
  await requireCommitted(folder, 'Commit or discard that first; nothing was done.');
  await requireAuthor(folder);
  return { branch, head, target };
}

/** The files that will be in conflict; none where git cannot say (before 2.38). */
async function foreseen(cwd: string, ours: string, theirs: string): Promise<string[]> {
  return tryMergeOf(cwd, ours, theirs).then(
    ({ conflicts }) => conflicts,
    () => [],
  );
}

function upToDate(branch: string, name: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `${branch} has everything that ${name} has. There is nothing to do.`,
  );
}

function requireStopped(
  folder: string,
  operation: Awaited<ReturnType<typeof branchState>>['operation'],
): string {
  if (operation !== null) return operation.replace('_', '-');
  throw new PilotlightError('conflict', `Nothing is under way in ${folder}.`, { details: { path: folder } });
}

/** Runs what may stop at conflicts. */
async function finish(
  { folder }: Pick<ActionPlace, 'folder'>,
  branch: string | null,
  before: string | null,
  args: readonly string[],
  words: { done: string; stopped: string },
): Promise<Outcome> {
  const result = await git(args, { cwd: folder, env: NO_EDITOR, timeoutMs: TIMEOUT_MS });
  const now = await branchState(folder);
  if (result.exitCode !== 0 && now.operation === null) throw gitFailure(args, folder, result);
  if (now.operation !== null) {
    const conflicts = now.files;
    // A rebase also stops at a commit that has become empty.
    const why = conflicts.length > 0 ? `at conflicts in ${counted(conflicts.length, 'file')}` : 'and waits';
    const undo = before === null ? null : undoOf(folder, branch, before, '');
    return { state: 'conflicted', summary: `${words.stopped} ${why}.`, conflicts, undo };
  }
  const after = (await readCommit(folder, 'HEAD')) ?? '';
  return {
    state: 'done',
    summary: words.done,
    undo: before === null ? null : undoOf(folder, branch, before, after),
  };
}

function undoOf(
  folder: string,
  branch: string | null,
  before: string,
  after: string,
): NonNullable<Outcome['undo']> {
  return { how: 'ref', folder, branch, before, after, reset: 'keep', indexTree: null };
}
