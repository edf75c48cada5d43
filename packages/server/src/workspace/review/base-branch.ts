import { PilotlightError, type Project, type Session } from '@pilotlight/protocol';
import { git } from '../git.ts';
import { readBranch } from '../repository.ts';

/** A branch to rebase on or to merge with. */
export interface NamedBranch {
  /** short name, such as `main` or `origin/main` */
  name: string;
  ref: string;
  commit: string;
  isRemote: boolean;
}

/** The branch a session is merged into unless told: the one it started from; null when none is known. */
export async function baseBranchOf(
  session: Session,
  project: Project,
  own: string | null,
): Promise<NamedBranch | null> {
  if (session.inPlace) return null;
  const name = session.base ?? (await readBranch(project.path));
  if (name === null) return null;
  const found = await findBranch(project.path, name);
  return found === null || found.name === own ? null : found;
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
