/** A pull request (or merge request) as somebody names it. */
export interface PullRequestName {
  number: number;
  /** `host/owner/repository` when it was named by its address */
  repository: string | null;
}

const NUMBER = /^[#!](\d{1,9})$/;
const ADDRESS =
  /^https?:\/\/(?:[^/@\s]+@)?([^/\s]+)\/(.+?)\/(?:-\/merge_requests|pull|pulls|pull-requests)\/(\d{1,9})(?:[/?#].*)?$/;

/**
 * Reads `#12`, `!12`, or the address of a pull request.
 * @returns null for anything else, such as a branch
 *
 * @example parsePullRequest('https://github.com/o/r/pull/12/files') // { number: 12, repository: 'github.com/o/r' }
 */
export function parsePullRequest(text: string): PullRequestName | null {
  const number = NUMBER.exec(text)?.[1];
  if (number !== undefined) return { number: Number(number), repository: null };
  const [, host, path, shown] = ADDRESS.exec(text) ?? [];
  if (host === undefined || path === undefined || shown === undefined) return null;
  return { number: Number(shown), repository: `${host}/${path}`.toLowerCase() };
}
