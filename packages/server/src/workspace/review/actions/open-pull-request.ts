import { PilotlightError } from '@pilotlight/protocol';
import { gitOk } from '../../git.ts';
import { baseBranchOf } from '../base-branch.ts';
import { commitsOf, filesBetween } from '../branch-state.ts';
import { findForge, runForge, type Forge } from './forge.ts';
import { planOf, short, type ActionPlace, type Prepared } from './prepared.ts';
import { findPushTarget, push } from './push-branch.ts';

export interface PullRequestOptions {
  title: string;
  body: string;
  draft?: boolean | undefined;
  remote?: string | undefined;
  into?: string | undefined;
}

/** Pushes the session's branch and opens a pull request with the forge's own program. */
export async function preparePullRequest(
  place: ActionPlace,
  { title, body, draft = false, remote, into }: PullRequestOptions,
  env: NodeJS.ProcessEnv,
): Promise<Prepared> {
  const { folder, session, project } = place;
  const target = await findPushTarget(place, remote);
  const base = await baseBranchOf(session, project, target.branch);
  const intoName =
    into ?? (base === null ? null : base.isRemote ? base.name.replace(/^[^/]+\//, '') : base.name);
  if (intoName === null) {
    throw new PilotlightError(
      'invalid_request',
      'The session started from no branch that is still there. Name one to merge into.',
    );
  }
  const repository = repositoryOf(await urlOf(folder, target.remote));
  const forge = await findForge(env, repository?.host ?? null);
  if (forge === null || repository === null) {
    const why =
      repository === null
        ? `the remote ${target.remote} is no repository of a host that has them`
        : 'neither gh nor glab is installed where the server runs';
    throw new PilotlightError(
      'conflict',
      `A pull request cannot be opened: ${why}. Push the branch and open it by hand.`,
    );
  }
  const from = base?.commit ?? null;
  const range = from === null ? null : await commitsOf(folder, `${from}..${target.head}`);
  const isPushed = target.known === target.head;
  return {
    plan: planOf({
      steps: [
        ...(isPushed ? [] : [`Push ${target.branch} (${short(target.head)}) to ${target.remote}.`]),
        `Open a ${draft ? 'draft ' : ''}pull request from ${target.branch} into ${intoName} at ${repository.host}/${repository.name}, with ${forge.name}.`,
      ],
      notes: [`${forge.name} runs as you, with the login it has.`],
      target: `${target.remote}/${target.branch}`,
      commits: range?.commits ?? [],
      commitCount: range?.count ?? 0,
      files: from === null ? [] : await filesBetween(folder, from, target.head),
      undo: { possible: false, how: 'Others see it at once. Close it at the host.' },
    }),
    seen: [target, intoName, repository],
    isRemote: true,
    async run() {
      if (!isPushed) await push(place, target, false);
      const args = argsOf(forge, { repository, head: target.branch, into: intoName, title, body, draft });
      const said = await runForge(forge, args, forge.name === 'gh' ? body : '', env);
      const url = said.match(/https?:\/\/\S+/g)?.at(-1);
      const summary = `Opened a pull request from ${target.branch} into ${intoName}.`;
      return { state: 'done', summary, undo: null, ...(url === undefined ? {} : { url }) };
    },
  };
}

interface HostedRepository {
  host: string;
  /** owner and name, with slashes */
  name: string;
}

function argsOf(
  { name }: Forge,
  what: {
    repository: HostedRepository;
    head: string;
    into: string;
    title: string;
    body: string;
    draft: boolean;
  },
): string[] {
  const { repository, head, into, title, body, draft } = what;
  const where = `${repository.host}/${repository.name}`;
  if (name === 'gh') {
    const args = [
      'pr',
      'create',
      `--repo=${where}`,
      `--head=${head}`,
      `--base=${into}`,
      `--title=${title}`,
      '--body-file=-',
    ];
    return draft ? [...args, '--draft'] : args;
  }
  const args = [
    'mr',
    'create',
    `--repo=https://${where}`,
    `--source-branch=${head}`,
    `--target-branch=${into}`,
  ];
  return [...args, `--title=${title}`, `--description=${body}`, '--yes', ...(draft ? ['--draft'] : [])];
}

async function urlOf(cwd: string, remote: string): Promise<string> {
  const { stdout } = await gitOk(['remote', 'get-url', '--push', '--', remote], { cwd });
  return stdout.trim();
}

/** `https://host/owner/name.git`, `ssh://git@host/owner/name`, `git@host:owner/name`; null for anything else. */
export function repositoryOf(url: string): HostedRepository | null {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([\w./~-]+)$/.exec(url);
  const parsed = scp === null && URL.canParse(url) ? new URL(url) : null;
  const isKnown = parsed !== null && ['https:', 'http:', 'ssh:'].includes(parsed.protocol);
  const host = scp?.[1] ?? (isKnown ? parsed.hostname : '');
  const path = scp?.[2] ?? (isKnown ? decodeURIComponent(parsed.pathname) : '');
  const name = path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return host === '' || !/^[\w.~-]+(\/[\w.~-]+)+$/.test(name) ? null : { host, name };
}
