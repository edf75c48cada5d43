import { PilotlightError } from '@pilotlight/protocol';
import { gitOk } from '../../git.ts';
import { readCommit } from '../../repository.ts';
import { branchState, requireAuthor } from '../branch-state.ts';
import { emptyTree, type Compared } from '../comparison-of.ts';
import { describeChanges, listDiff } from '../list-diff.ts';
import type { KeepState } from './discard-changes.ts';
import { counted, planOf, short, type ActionPlace, type Prepared } from './prepared.ts';

const NOTES = ['Hooks of the repository do not run.', 'The commit is not signed.'];

/** Commits what is staged; with `all` everything, untracked files included. */
export async function prepareCommit(
  { folder, session }: ActionPlace,
  { message, all = false }: { message: string; all?: boolean | undefined },
  keep: KeepState,
): Promise<Prepared> {
  const { branch, head, operation, files: conflicts } = await branchState(folder);
  if (conflicts.length > 0) {
    throw new PilotlightError(
      'merge_conflicts',
      `${counted(conflicts.length, 'file')} in ${folder} ${conflicts.length === 1 ? 'is' : 'are'} in conflict. Resolve ` +
        `${conflicts.length === 1 ? 'it and mark it' : 'them and mark them'} as resolved, or abort what stopped. Nothing was committed.`,
      { details: { files: conflicts.map(({ path }) => path) } },
    );
  }
  if (operation === 'rebase') {
    throw new PilotlightError(
      'conflict',
      `${folder} is in the middle of a rebase. Continue or abort it first.`,
    );
  }
  await requireAuthor(folder);
  const from = head ?? (await emptyTree(folder));
  const compared: Compared = { kind: all ? 'tree' : 'index', from };
  const { changes } = await listDiff(folder, compared);
  if (changes.length === 0 && operation !== 'merge') {
    throw new PilotlightError(
      'conflict',
      all
        ? `Nothing has changed in ${folder} since the last commit.`
        : `Nothing is staged in ${folder}. Stage what you want to commit, or commit everything.`,
    );
  }
  const seen = await describeChanges(folder, compared, changes);
  const inside = changes.find(({ path }) => all && path.endsWith('/'));
  if (inside !== undefined) {
    throw new PilotlightError(
      'invalid_request',
      `${JSON.stringify(inside.path)} in ${folder} is a repository of its own and cannot be committed with the rest. ` +
        'Stage what you want to commit, or ignore that folder.',
      { details: { path: inside.path } },
    );
  }
  const on = branch === null ? 'on no branch' : `on ${branch}`;
  return {
    plan: planOf({
      steps: [
        ...(all ? ['Stage every change, untracked files included.'] : []),
        `Commit ${counted(changes.length, 'file')} ${on}.`,
      ],
      notes: NOTES,
      target: branch,
      files: changes.map(({ path }) => path),
      undo: {
        possible: true,
        how: 'The commit is taken back and its changes are as they were before, until something else is committed.',
      },
    }),
    seen: [branch, head, all, seen.map(({ path, object, newMode }) => [path, object, newMode])],
    async run() {
      const indexTree = (await gitOk(['write-tree'], { cwd: folder })).stdout.trim();
      if (all) {
        const staged = await stagedAs(folder, indexTree, head);
        // Where a file was changed after it was staged, that is nowhere else.
        if (staged !== null) await keep(session.id, folder, { holds: [staged] });
        await gitOk(['add', '--all'], { cwd: folder });
      }
      const args = ['commit', '--quiet', '--no-verify', '--no-gpg-sign', '--cleanup=whitespace', '-F', '-'];
      await gitOk(args, { cwd: folder, input: message });
      const after = (await readCommit(folder, 'HEAD')) ?? '';
      const before = operation === null ? head : null;
      return {
        state: 'done',
        summary: `Committed ${counted(changes.length, 'file')} ${on} as ${short(after)}.`,
        // What ends a merge cannot be taken back: the merge would have to be there again.
        undo:
          operation === null
            ? { how: 'ref', folder, branch, before, after, reset: 'index', indexTree }
            : null,
      };
    },
  };
}

/** What is staged, as a commit that nothing names yet; null when nothing is. */
async function stagedAs(cwd: string, indexTree: string, head: string | null): Promise<string | null> {
  const from = head ?? (await emptyTree(cwd));
  const { stdout } = await gitOk(['rev-parse', '--verify', `${from}^{tree}`], { cwd });
  if (stdout.trim() === indexTree) return null;
  const parent = head === null ? [] : ['-p', head];
  return (await gitOk(['commit-tree', indexTree, ...parent, '-m', 'index'], { cwd })).stdout.trim();
}
