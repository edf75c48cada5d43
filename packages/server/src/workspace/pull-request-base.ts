import { git, gitOk } from './git.ts';

/*
 * git's protocol does not say what a pull request is to be merged into. Where a server tries the merge (GitHub, GitLab and Gitea
 * do), the first parent of what it got is where that branch was, and the branch is found by it. Its name is kept as a hidden
 * ref beside that of the pull request.
 */

/** Where servers keep the merge they tried. */
export const MERGES = (number: number): string[] => [
  `refs/pull/${number}/merge`,
  `refs/merge-requests/${number}/merge`,
];
export const BRANCHES = 'refs/heads/*';

/** What a remote has: refs with their commits. */
export type RemoteRefs = ReadonlyMap<string, string>;

/** Keeps the name of the branch that the pull request is to be merged into. `merge`: the ref of the tried merge, fetched. */
export async function keepPullRequestBase(
  cwd: string,
  { remote, number, merge, refs }: { remote: string; number: number; merge: string; refs: RemoteRefs },
): Promise<void> {
  const parent = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${merge}^1`], { cwd });
  if (parent.exitCode !== 0) return;
  const commit = parent.stdout.trim();
  const usual = await defaultBranch(cwd, remote);
  const branch = await branchOf(cwd, remote, commit, refs, usual);
  await forget(cwd, remote, number);
  if (branch === null) return;
  await gitOk(['update-ref', `${folderOf(remote, number)}${branch}`, commit], { cwd });
}

/** The name of that branch at the remote; null when the server did not tell. */
export async function pullRequestBase(cwd: string, remote: string, number: number): Promise<string | null> {
  const folder = folderOf(remote, number);
  const { stdout } = await gitOk(['for-each-ref', '--count=1', '--format=%(refname)', folder], { cwd });
  return stdout.trim().slice(folder.length) || null;
}

/** What a remote calls its first branch, as it was last heard of; null when it is not known. */
export async function defaultBranch(cwd: string, remote: string): Promise<string | null> {
  const folder = `refs/remotes/${remote}/`;
  const { exitCode, stdout } = await git(['symbolic-ref', '--quiet', `${folder}HEAD`], { cwd });
  return exitCode === 0 && stdout.startsWith(folder) ? stdout.trim().slice(folder.length) : null;
}

/** One that is there now, else one that has been there since: the usual one of several. */
async function branchOf(
  cwd: string,
  remote: string,
  commit: string,
  refs: RemoteRefs,
  usual: string | null,
): Promise<string | null> {
  const heads = [...refs].flatMap(([ref, at]) =>
    at === commit && ref.startsWith('refs/heads/') ? [ref.slice('refs/heads/'.length)] : [],
  );
  const there = heads.find((name) => name === usual) ?? heads[0];
  if (there !== undefined) return there;
  const folder = `refs/remotes/${remote}/`;
  const args = ['for-each-ref', `--contains=${commit}`, '--format=%(refname)', folder];
  const { exitCode, stdout } = await git(args, { cwd });
  const since =
    exitCode === 0 ? stdout.split('\n').filter((ref) => ref !== '' && ref !== `${folder}HEAD`) : [];
  const found = since.find((ref) => ref === `${folder}${usual ?? ''}`) ?? since[0];
  return found?.slice(folder.length) ?? null;
}

async function forget(cwd: string, remote: string, number: number): Promise<void> {
  const args = ['for-each-ref', '--format=delete %(refname)', folderOf(remote, number)];
  const { stdout } = await gitOk(args, { cwd });
  if (stdout !== '') await gitOk(['update-ref', '--stdin'], { cwd, input: stdout });
}

const folderOf = (remote: string, number: number): string =>
  `refs/pilotlight/pull-bases/${remote}/${number}/`;
