import { PilotlightError, type PullRequestName } from '@pilotlight/protocol';
import { gitOk } from './git.ts';
import { gitNetwork } from './git-network.ts';
import { BRANCHES, keepPullRequestBase, MERGES, pullRequestBase } from './pull-request-base.ts';
import { readCommit } from './repository.ts';

/** Where servers keep the head of a pull request: GitHub and Gitea, GitLab, Bitbucket. */
const HEADS = (number: number): string[] => [
  `refs/pull/${number}/head`,
  `refs/merge-requests/${number}/head`,
  `refs/pull-requests/${number}/from`,
];
/** Asked in a request that a person waits for. */
const TIMEOUT_MS = 45_000;
/** Whose pull requests `#12` names: of a fork, those of what it was forked from. */
const PREFERRED = ['upstream', 'origin'];

/**
 * Fetches the head of a pull request from the remote it is on, to a hidden ref that keeps it and is never pushed.
 *
 * @returns its commit
 * @throws PilotlightError `invalid_request` when no remote has it, `remote_failed`, `cancelled`
 */
export async function fetchPullRequest(
  projectPath: string,
  name: PullRequestName,
  signal?: AbortSignal,
): Promise<string> {
  const options = { cwd: projectPath, timeoutMs: TIMEOUT_MS, signal };
  const remote = await remoteOf(projectPath, name);
  const { number } = name;
  const asked = [...HEADS(number), ...MERGES(number), BRANCHES];
  const { stdout } = await gitNetwork({ command: 'ls-remote', remote, refs: asked }, options);
  const refs = parseRefs(stdout);
  const found = HEADS(number).find((head) => refs.has(head));
  if (found === undefined) {
    throw new PilotlightError(
      'invalid_request',
      `The remote "${remote}" of ${projectPath} has no pull request ${number}. Look at its number, or give a branch or commit.`,
      { details: { projectPath, remote, number } },
    );
  }
  const kept = refOf(remote, number);
  const merged = MERGES(number).find((ref) => refs.has(ref));
  const merge = `${kept}-merge`;
  const wanted = [`+${found}:${kept}`, ...(merged === undefined ? [] : [`+${merged}:${merge}`])];
  await gitNetwork({ command: 'fetch', remote, flags: ['--no-tags'], refs: wanted }, options);
  if (merged !== undefined) {
    await keepPullRequestBase(projectPath, { remote, number, merge, refs });
    await gitOk(['update-ref', '-d', merge], { cwd: projectPath });
  }
  const commit = await readCommit(projectPath, kept);
  if (commit !== null) return commit;
  throw new PilotlightError('git_failed', `${kept} is gone from ${projectPath} right after it was fetched.`);
}

/** The commit of a pull request as it was fetched last; null when it never was. Reaches no network. */
export async function fetchedPullRequest(projectPath: string, name: PullRequestName): Promise<string | null> {
  return readCommit(projectPath, refOf(await remoteOf(projectPath, name), name.number));
}

/**
 * The branch it is to be merged into, as its remote told when it was fetched last: the remote and the branch's name there; null
 * when that is not known. Reaches no network.
 */
export async function fetchedPullRequestBase(
  projectPath: string,
  name: PullRequestName,
): Promise<{ remote: string; branch: string } | null> {
  const remote = await remoteOf(projectPath, name);
  const branch = await pullRequestBase(projectPath, remote, name.number);
  return branch === null ? null : { remote, branch };
}

/** `<commit> TAB <ref>` lines. */
function parseRefs(output: string): Map<string, string> {
  return new Map(
    output.split('\n').flatMap((line) => {
      const [commit = '', ref = ''] = line.split('\t');
      return ref === '' ? [] : [[ref, commit] as const];
    }),
  );
}

const refOf = (remote: string, number: number): string => `refs/pilotlight/pulls/${remote}/${number}`;

/** @throws PilotlightError `invalid_request` */
async function remoteOf(projectPath: string, { repository }: PullRequestName): Promise<string> {
  const remotes = await listRemotes(projectPath);
  if (repository !== null) {
    const found = remotes.find(({ url }) => repositoryOf(url) === repository);
    if (found !== undefined) return found.name;
    const known = remotes.map(({ name, url }) => `${name} (${url})`).join(', ') || 'none';
    throw new PilotlightError(
      'invalid_request',
      `No remote of ${projectPath} is ${repository}; it has ${known}. Add it with \`git remote add\` and try again.`,
      { details: { projectPath, repository } },
    );
  }
  const names = remotes.map(({ name }) => name);
  const chosen =
    PREFERRED.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new PilotlightError(
    'invalid_request',
    names.length === 0
      ? `${projectPath} has no remote, so it has no pull requests. Add one with \`git remote add origin <address>\`.`
      : `${projectPath} has the remotes ${names.join(', ')}; give the address of the pull request to say which is meant.`,
    { details: { projectPath, remotes: names } },
  );
}

async function listRemotes(projectPath: string): Promise<{ name: string; url: string }[]> {
  const { stdout } = await gitOk(['remote', '-v'], { cwd: projectPath });
  return stdout.split('\n').flatMap((line) => {
    const [, name, url] = /^(\S+)\t(.+) \(fetch\)(?: \[.*\])?$/.exec(line) ?? [];
    return name === undefined || url === undefined ? [] : [{ name, url: url.replace(/:\/\/[^/@]*@/, '://') }];
  });
}

/** `git@github.com:o/r.git` and `https://github.com/o/r` → `github.com/o/r`; null for a folder. */
function repositoryOf(url: string): string | null {
  const [, host, path] =
    /^(?:https?|ssh):\/\/(?:[^/@]+@)?([^/]+)\/(.+?)\/*$/.exec(url) ??
    /^(?:[^/@]+@)?([^/:]+):(.+?)\/*$/.exec(url) ??
    [];
  if (host === undefined || path === undefined) return null;
  return `${host}/${path.replace(/^\/+/, '').replace(/\.git$/, '')}`.toLowerCase();
}
