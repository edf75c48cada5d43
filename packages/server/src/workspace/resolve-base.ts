import { parsePullRequest, PilotlightError } from '@pilotlight/protocol';
import { fetchedPullRequest, fetchPullRequest } from './pull-request.ts';
import { readCommit } from './repository.ts';

/**
 * The commit that a base names now: a branch (of this repository, or of a remote as it was last fetched), a tag, a commit,
 * or a pull request that was fetched before. A branch that is called `#12` comes first.
 * @returns null when it names none
 */
export async function resolveBase(projectPath: string, base: string): Promise<string | null> {
  const commit = await readCommit(projectPath, base);
  const pullRequest = commit === null ? parsePullRequest(base) : null;
  return pullRequest === null ? commit : fetchedPullRequest(projectPath, pullRequest);
}

/**
 * Like `resolveBase`, but a pull request is fetched first, since the user asked for it by name.
 * @throws PilotlightError `invalid_request`, `remote_failed` of one that cannot be had
 */
export async function fetchBase(projectPath: string, base: string): Promise<string | null> {
  const commit = await readCommit(projectPath, base);
  const pullRequest = commit === null ? parsePullRequest(base) : null;
  return pullRequest === null ? commit : fetchPullRequest(projectPath, pullRequest);
}

/** The error of a base that names nothing. */
export function baseUnknown(projectPath: string, base: string): PilotlightError {
  return new PilotlightError(
    'invalid_request',
    `"${base}" names no commit in ${projectPath}. Give a branch, tag or commit of that repository, or a pull request such as #12.`,
    { details: { projectPath, base } },
  );
}
