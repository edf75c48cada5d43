import { PilotlightError } from '@pilotlight/protocol';
import { git, gitOk } from '../../git.ts';
import { listWorktrees } from '../../worktree-list.ts';
import { baseBranchOf, requireBranch, type NamedBranch } from '../base-branch.ts';
import { commitsOf, filesBetween, quietBranch, requireAuthor, requireCommitted } from '../branch-state.ts';
import { planOf, counted, short, type ActionPlace, type Prepared } from './prepared.ts';
import { requireRoomFor } from './require-room.ts';
import { tryMergeOf } from './try-merge-of.ts';

/** What the base would be after the merge, before it is made. */
type Merged = { how: 'forward'; commit: string } | { how: 'merge'; tree: string };

/**
 * Merges the session's branch into its base. Nobody's files are touched but those of the folder in which the base branch is
 * checked out, and those only when nothing there is uncommitted.
 */
export async function prepareMerge(
  place: ActionPlace,
  { into, message }: { into?: string | undefined; message?: string | undefined },
): Promise<Prepared> {
  const { folder, session, project } = place;
  const { branch, head } = await quietBranch(folder);
  const target = await requireBranch(folder, into, await baseBranchOf(session, project, branch));
  requireLocal(target, branch);
  const { commits, count } = await commitsOf(folder, `${target.commit}..${head}`);
  if (count === 0)
    throw new PilotlightError('conflict', `${target.name} has every commit of ${branch} already.`);
  const merged = await tryMerge(folder, target, branch, head, message);
  const checkedOut =
    (await listWorktrees(folder)).find((entry) => entry.branch === target.name)?.path ?? null;
  if (checkedOut !== null) {
    await requireQuiet(place, checkedOut, target.name);
    await requireRoomFor(checkedOut, target.commit, merged.how === 'forward' ? merged.commit : merged.tree);
  }
  const where =
    checkedOut === null
      ? `Nothing has ${target.name} checked out, so no files change.`
      : `${target.name} is checked out in ${checkedOut}: its files follow.`;
  const how = merged.how === 'forward' ? 'Move' : 'Merge';
  const steps = [
    `${how} ${target.name} ${merged.how === 'forward' ? 'forward by' : 'with'} ${counted(count, 'commit')} of ${branch}.`,
    where,
  ];
  return {
    plan: planOf({
      steps,
      notes: ['Hooks of the repository do not run.', 'What is not committed in the session is not merged.'],
      target: target.name,
      commits,
      commitCount: count,
      files: await filesBetween(folder, target.commit, head),
      undo: {
        possible: true,
        how: `${target.name} goes back to ${short(target.commit)}, while nothing else has moved it.`,
      },
    }),
    seen: [branch, head, target.ref, target.commit, checkedOut],
    async run() {
      const text = message ?? `Merge branch '${branch}'`;
      const after =
        merged.how === 'forward'
          ? merged.commit
          : await mergeCommit(folder, merged.tree, target.commit, head, text);
      const moved = (): Promise<void> => move(folder, target, after, checkedOut);
      await (checkedOut === null ? moved() : place.alone(checkedOut, moved));
      const done = `Merged ${counted(count, 'commit')} of ${branch} into ${target.name}, which is at ${short(after)} now.`;
      const undoFolder = checkedOut ?? folder;
      const undo = {
        how: 'ref',
        folder: undoFolder,
        branch: target.name,
        before: target.commit,
        after,
      } as const;
      return {
        state: 'done',
        summary: done,
        undo: { ...undo, reset: checkedOut === null ? 'none' : 'keep', indexTree: null },
      };
    },
  };
}

function requireLocal(target: NamedBranch, branch: string): void {
  if (target.name === branch) {
    throw new PilotlightError(
      'invalid_request',
      `The session works on ${branch} itself. Name another branch to merge into.`,
    );
  }
  if (!target.isRemote) return;
  throw new PilotlightError(
    'invalid_request',
    `${target.name} is a branch of a remote. Name a local branch to merge into, or open a pull request.`,
    { details: { branch: target.name } },
  );
}

async function tryMerge(
  cwd: string,
  target: NamedBranch,
  branch: string,
  head: string,
  message: string | undefined,
): Promise<Merged> {
  const { exitCode } = await git(['merge-base', '--is-ancestor', target.commit, head], { cwd });
  if (exitCode === 0 && message === undefined) return { how: 'forward', commit: head };
  await requireAuthor(cwd);
  const { tree, conflicts: files } = await tryMergeOf(cwd, target.commit, head);
  if (files.length === 0) return { how: 'merge', tree };
  throw new PilotlightError(
    'merge_conflicts',
    `${branch} and ${target.name} conflict in ${counted(files.length, 'file')}: ${files.slice(0, 10).join(', ')}. ` +
      `Nothing was merged. Rebase the session on ${target.name} or merge ${target.name} into it, resolve the conflicts ` +
      'there, and merge then.',
    { details: { files, branch: target.name } },
  );
}

/** The folder has the base checked out: nobody may be at work there. */
async function requireQuiet(place: ActionPlace, folder: string, name: string): Promise<void> {
  const turnId = place.runningTurnIn(folder);
  if (turnId !== null) {
    throw new PilotlightError(
      'conflict',
      `Turn ${turnId} runs in ${folder}, which has ${name} checked out. Wait for its end.`,
      {
        details: { turnId },
      },
    );
  }
  await requireCommitted(
    folder,
    `${name} is checked out there, and merging would touch those files. Commit or stash them first; nothing was merged.`,
  );
}

async function mergeCommit(
  cwd: string,
  tree: string,
  base: string,
  head: string,
  text: string,
): Promise<string> {
  const args = ['commit-tree', tree, '-p', base, '-p', head, '-F', '-'];
  const { stdout } = await gitOk(args, { cwd, input: text });
  return stdout.trim();
}

/** Moves the branch if it is still where it was. */
async function move(
  cwd: string,
  target: NamedBranch,
  after: string,
  checkedOut: string | null,
): Promise<void> {
  if (checkedOut === null) {
    await gitOk(['update-ref', '-m', 'pilotlight: merge', target.ref, after, target.commit], { cwd });
    return;
  }
  const head = (await gitOk(['rev-parse', 'HEAD'], { cwd: checkedOut })).stdout.trim();
  if (head !== target.commit) {
    throw new PilotlightError(
      'changed_since',
      `${target.name} has moved since you looked. Nothing was merged; look again.`,
    );
  }
  // Refuses by itself where it would overwrite a file that git does not track.
  await gitOk(['merge', '--ff-only', '--no-autostash', '--no-verify-signatures', '--quiet', after], {
    cwd: checkedOut,
  });
}
