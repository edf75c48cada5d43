import { PilotlightError } from '@pilotlight/protocol';
import { gitOk } from '../../git.ts';
import { gitNetwork, isLocalUrl } from '../../git-network.ts';
import { defaultBranch } from '../../pull-request-base.ts';
import { readCommit } from '../../repository.ts';
import { baseBranchOf } from '../base-branch.ts';
import { commitsOf, quietBranch } from '../branch-state.ts';
import { planOf, counted, short, type ActionPlace, type Prepared } from './prepared.ts';

/** What a push is about, looked up here and not at the remote. */
export interface PushTarget {
  branch: string;
  head: string;
  remote: string;
  /** what the remote had when it was last heard of; null: not that branch */
  known: string | null;
}

/** @throws PilotlightError `conflict`, `invalid_request` without a remote, or when the branch is the base itself */
export async function findPushTarget(place: ActionPlace, wanted: string | undefined): Promise<PushTarget> {
  const { folder, session, project } = place;
  const { branch, head } = await quietBranch(folder);
  const base = await baseBranchOf(session, project, null);
  const isBase = base !== null && base.name.replace(/^[^/]+\//, base.isRemote ? '' : '$&') === branch;
  if (isBase || (await isDefault(folder, branch))) {
    throw new PilotlightError(
      'invalid_request',
      `${branch} is the branch others start from. Pilotlight pushes the branch of a session only; push ${branch} yourself.`,
      { details: { branch } },
    );
  }
  const remote = await chooseRemote(folder, wanted);
  return { branch, head, remote, known: await readCommit(folder, trackingRef(remote, branch)) };
}

/** Pushes the session's branch to a branch of the same name, and to nothing else. */
export async function preparePush(
  place: ActionPlace,
  { remote, force = false }: { remote?: string | undefined; force?: boolean | undefined },
): Promise<Prepared> {
  const target = await findPushTarget(place, remote);
  const { branch, head, known } = target;
  if (known === head)
    throw new PilotlightError(
      'conflict',
      `${target.remote} has ${branch} as it is. There is nothing to push.`,
    );
  const { commits, count } = await newCommits(place.folder, target);
  const to = `${target.remote}/${branch}`;
  return {
    plan: planOf({
      steps: [
        known === null
          ? `Make the branch ${branch} at ${target.remote}, with ${counted(count, 'commit')} it does not have.`
          : `Push ${counted(count, 'commit')} of ${branch} to ${to}.`,
        ...(force
          ? [`Replace what ${to} has, if that is still ${known === null ? 'nothing' : short(known)}.`]
          : []),
      ],
      notes: ['Only this branch is pushed, under its own name. Hooks of the repository do not run.'],
      target: to,
      commits,
      commitCount: count,
      undo: {
        possible: false,
        how: 'Others may have it at once. Push again, or remove the branch at the remote.',
      },
    }),
    seen: [target, force],
    isRemote: true,
    async run() {
      await push(place, target, force);
      return { state: 'done', summary: `Pushed ${branch} (${short(head)}) to ${to}.`, undo: null };
    },
  };
}

/** @throws PilotlightError `remote_failed` */
export async function push(
  { folder: cwd, project }: Pick<ActionPlace, 'folder' | 'project'>,
  { branch, head, remote, known }: PushTarget,
  force: boolean,
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const flags = ['--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'];
  if (force) flags.push(`--force-with-lease=${ref}:${known ?? ''}`);
  if ((await readCommit(cwd, ref)) !== head) {
    throw new PilotlightError(
      'changed_since',
      `${branch} has moved since you looked. Nothing was pushed; look again.`,
    );
  }
  // git takes a relative address from where it is run, and it was written for the project's folder.
  const from = (await hasRelativeAddress(cwd, remote)) ? project.path : cwd;
  // By its commit: the branch may go on while the remote answers, and git says no upstream of a commit.
  await gitNetwork({ command: 'push', remote, flags, refs: [`${head}:${ref}`] }, { cwd: from });
  await gitOk(['config', `branch.${branch}.remote`, remote], { cwd });
  await gitOk(['config', `branch.${branch}.merge`, ref], { cwd });
}

async function hasRelativeAddress(cwd: string, remote: string): Promise<boolean> {
  const { stdout } = await gitOk(['remote', 'get-url', '--push', '--all', '--', remote], { cwd });
  return stdout.split('\n').some((url) => url !== '' && isLocalUrl(url) && !/^(?:\/|file:\/\/)/.test(url));
}

export async function listRemotes(cwd: string): Promise<string[]> {
  const { stdout } = await gitOk(['remote'], { cwd });
  return stdout.split('\n').filter((name) => name !== '');
}

async function chooseRemote(cwd: string, wanted: string | undefined): Promise<string> {
  const remotes = await listRemotes(cwd);
  const name =
    wanted ?? (remotes.includes('origin') ? 'origin' : remotes.length === 1 ? remotes[0] : undefined);
  if (name !== undefined && remotes.includes(name)) return name;
  const what =
    remotes.length === 0 ? 'It has none; add one with git remote add.' : `It has ${remotes.join(', ')}.`;
  throw new PilotlightError(
    'invalid_request',
    name === undefined
      ? `Name the remote to push ${cwd} to. ${what}`
      : `${cwd} has no remote ${JSON.stringify(name)}. ${what}`,
    { details: { remotes } },
  );
}

/** The branch that a remote names as its own first one. */
async function isDefault(cwd: string, branch: string): Promise<boolean> {
  for (const remote of await listRemotes(cwd)) if ((await defaultBranch(cwd, remote)) === branch) return true;
  return false;
}

async function newCommits(cwd: string, { head, known, remote }: PushTarget) {
  if (known !== null) return commitsOf(cwd, `${known}..${head}`);
  const args = ['rev-list', '--max-count=1000', head, '--not', `--remotes=${remote}`, '--'];
  const listed = (await gitOk(args, { cwd })).stdout.split('\n').filter((line) => line !== '');
  const { commits } = await commitsOf(cwd, head, Math.max(1, Math.min(100, listed.length)));
  return { commits: commits.filter(({ id }) => listed.includes(id)), count: listed.length };
}

const trackingRef = (remote: string, branch: string): string => `refs/remotes/${remote}/${branch}`;
