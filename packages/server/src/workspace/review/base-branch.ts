import { parsePullRequest, PilotlightError, type Project, type Session } from '@pilotlight/protocol';
import { git, gitOk } from '../git.ts';
import { fetchedPullRequestBase } from '../pull-request.ts';
import { defaultBranch } from '../pull-request-base.ts';
import { readBranch } from '../repository.ts';
import { resolveBase } from '../resolve-base.ts';

/** A branch to rebase on or to merge with. */
export interface NamedBranch {
  /** short name, such as `main` or `origin/main` */
  name: string;
  ref: string;
  commit: string;
  isRemote: boolean;
}

/**
 * The branch a session is merged into unless told: the one it started from; of a pull request the one that is to be merged
 * into; of a commit or a tag the project's default branch. null when none is known.
 *
 * @param own the branch of the session, which is never its own base
 */
export async function baseBranchOf(
  session: Session,
  project: Project,
  own: string | null,
): Promise<NamedBranch | null> {
  if (session.inPlace) return null;
  const { path } = project;
  const found = session.base === null ? await currentBranch(path) : await branchFrom(path, session.base);
  return found === null || found.name === own ? null : found;
}

async function branchFrom(cwd: string, base: string): Promise<NamedBranch | null> {
  const named = await findBranch(cwd, base);
  if (named !== null) return named;
  // The remote may be gone, and the pull request with it.
  const commit = await resolveBase(cwd, base).catch(() => null);
  // A branch that was deleted since has no other in its place.
  if (commit === null) return null;
  const pullRequest = parsePullRequest(base);
  const into = pullRequest === null ? null : await fetchedPullRequestBase(cwd, pullRequest);
  if (into !== null) {
    const found = await ofRemote(cwd, into.remote, into.branch);
    if (found !== null) return found;
  }
  return usualBranch(cwd);
}

/** The branch that a remote calls its first; else the one the project is on; else one of the usual names. */
async function usualBranch(cwd: string): Promise<NamedBranch | null> {
  const remotes = (await gitOk(['remote'], { cwd })).stdout.split('\n').filter((name) => name !== '');
  for (const remote of ['origin', ...remotes.filter((name) => name !== 'origin')]) {
    const name = await defaultBranch(cwd, remote);
    const found = name === null ? null : await ofRemote(cwd, remote, name);
    if (found !== null) return found;
  }
  return (await currentBranch(cwd)) ?? (await findBranch(cwd, 'main')) ?? findBranch(cwd, 'master');
}

async function currentBranch(cwd: string): Promise<NamedBranch | null> {
  const name = await readBranch(cwd);
  return name === null ? null : findBranch(cwd, name);
}

/** The local branch of that name, which can be merged into; else the one of the remote. */
async function ofRemote(cwd: string, remote: string, name: string): Promise<NamedBranch | null> {
  return (await findBranch(cwd, name)) ?? findBranch(cwd, `${remote}/${name}`);
}

/** A local branch, or one of a remote as it was last fetched; null when there is none of that name. */
export async function findBranch(cwd: string, name: string): Promise<NamedBranch | null> {
  const short = name.replace(/^refs\/(heads|remotes)\//, '');
  for (const [folder, isRemote] of [
    ['refs/heads/', false],
    ['refs/remotes/', true],
  ] as const) {
    const ref = folder + short;
    const result = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
      cwd,
    });
    if (result.exitCode === 0) return { name: short, ref, commit: result.stdout.trim(), isRemote };
  }
  return null;
}

/** @throws PilotlightError `invalid_request` when it is named and not there, or not known and not named */
export async function requireBranch(
  cwd: string,
  wanted: string | undefined,
  base: NamedBranch | null,
): Promise<NamedBranch> {
  if (wanted === undefined) {
    if (base !== null) return base;
    throw new PilotlightError(
      'invalid_request',
      `The session in ${cwd} started from no branch that is still there. Name one.`,
    );
  }
  const found = await findBranch(cwd, wanted);
  if (found !== null) return found;
  throw new PilotlightError('invalid_request', `${cwd} has no branch ${JSON.stringify(wanted)}.`, {
    details: { branch: wanted },
  });
}
