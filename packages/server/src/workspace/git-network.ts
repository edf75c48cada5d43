import { PilotlightError } from '@pilotlight/protocol';
import { git, readConfig, requireUsable, runGuarded, type GitResult } from './git.ts';
import { isFromRepository, overridesFor, type ConfigEntry, type ScopedEntry } from './git-guard.ts';
import { remoteFailure } from './remote-failure.ts';

/*
 * The one way git reaches a remote. Beyond the guard of every git (see git-guard.ts):
 *
 * - Transports: https, http, ssh, and folders of this machine. Never `ext::` or another helper, whatever the repository
 *   calls its remote or rewrites it to.
 * - Credentials come from the user's own configuration (helpers of the account or the machine, the ssh agent, keys). Helpers,
 *   ssh command, proxy and relaxed TLS that the repository names are not used: they would be code, or a way to have the
 *   user's password sent elsewhere.
 * - A server that died is given up: by what comes over HTTP, and by ssh asking whether it is there.
 * - Nothing asks: no terminal, no askpass program, no window. What would ask fails with what to do.
 * - A remote that is a folder is a repository too, and git would run its hooks as this user. They are switched off.
 */

export interface NetworkCommand {
  command: 'fetch' | 'push' | 'ls-remote';
  /** name of a remote, or a URL or path that the user gave */
  remote: string;
  /** options of that command */
  flags?: readonly string[];
  /** refs or refspecs; a push without any is refused, so that nothing hidden is ever pushed by a configured refspec */
  refs?: readonly string[];
}

export interface NetworkOptions {
  /** an existing folder of the repository */
  cwd: string;
  signal?: AbortSignal | undefined;
  /** 2 minutes unless told */
  timeoutMs?: number | undefined;
  /** added to the guarded environment */
  env?: Record<string, string> | undefined;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const ALLOWED_PROTOCOLS = 'https:http:ssh:file';
/** A host that is not known yet, a key with a passphrase, a password: ssh gives up where it would ask. */
const QUIET_SSH =
  'ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=4';

/** A server that died is given up after this many seconds below this many bytes a second; the user's own figures go first. */
const LIMITS: ReadonlyMap<string, string> = new Map([
  ['http.lowspeedlimit', '1000'],
  ['http.lowspeedtime', '60'],
]);

/** What git runs at the other end when that is a folder of this machine. */
const LOCAL_GUARD =
  'git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand= -c gc.auto=0' +
  ' -c receive.autoGC=false -c receive.denyCurrentBranch=refuse';

/** Keys of section `http` by which a repository could have what is sent go elsewhere, or a file overwritten. */
const NEUTRAL_HTTP: ReadonlyMap<string, string> = new Map([
  ['proxy', ''],
  ['curloptresolve', ''],
  ['sslverify', 'true'],
  ['proxysslcainfo', ''],
  ['savecookies', 'false'],
  ['cookiefile', ''],
]);

/**
 * Runs one command against a remote.
 *
 * @throws PilotlightError `remote_failed` (details: `reason`, see remote-failure.ts) when the remote does not do what was
 *   asked, `invalid_request` for a push of nothing in particular, `cancelled`, and what `git` throws
 */
export async function gitNetwork(what: NetworkCommand, options: NetworkOptions): Promise<GitResult> {
  const { cwd, signal, env } = options;
  if (what.command === 'push' && (what.refs ?? []).length === 0) {
    throw new PilotlightError('invalid_request', `Nothing is pushed to ${what.remote} without naming it.`);
  }
  await requireUsable(cwd);
  const config = await readConfig({ cwd, signal, env });
  const local = await isFolder(what, options);
  const args = [
    what.command,
    ...flagsOf(what.command, local),
    ...(what.flags ?? []),
    '--end-of-options',
    what.remote,
    ...(what.refs ?? []),
  ];
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const guarded = { ...environment(config), ...env };
  const result = await runGuarded(args, { cwd, signal, timeoutMs, env: guarded }, [
    ...overridesFor(config),
    ...networkConfig(config),
  ]).catch((error: unknown) => {
    throw remoteFailure(what, cwd, error);
  });
  if (result.exitCode !== 0 || result.truncated) throw remoteFailure(what, cwd, result);
  return result;
}

function flagsOf(command: NetworkCommand['command'], local: boolean): string[] {
  const program = (name: string): string => (local ? `${LOCAL_GUARD} ${name}` : `git-${name}`);
  switch (command) {
    case 'fetch':
      return [
        `--upload-pack=${program('upload-pack')}`,
        '--no-recurse-submodules',
        '--no-auto-maintenance',
        '--no-write-fetch-head',
        '--quiet',
      ];
    case 'ls-remote':
      return [`--upload-pack=${program('upload-pack')}`, '--quiet'];
    case 'push':
      return [
        `--receive-pack=${program('receive-pack')}`,
        '--recurse-submodules=no',
        '--no-follow-tags',
        '--porcelain',
      ];
  }
}

/** The user's own way to reach remotes, and nothing of the repository's. Set last: an empty helper forgets those before. */
function networkConfig(config: readonly ScopedEntry[]): ConfigEntry[] {
  const limits = new Map(
    [...LIMITS].map(([key, value]): ConfigEntry => [key, trustedValue(config, key) ?? value]),
  );
  const neutral = config.filter(isFromRepository).flatMap(({ key }): ConfigEntry[] => {
    const value = neutralOf(key, limits);
    return value === undefined ? [] : [[key, trustedValue(config, key) ?? value]];
  });
  const helpers = config
    .filter((entry) => !isFromRepository(entry) && /^credential\.(.*\.)?helper$/.test(entry.key))
    .map(({ key, value }): ConfigEntry => [key, value]);
  return [
    ...limits,
    ...neutral,
    ['ssh.variant', trustedValue(config, 'ssh.variant') ?? 'auto'],
    ['credential.helper', ''],
    ...helpers,
  ];
}

function neutralOf(key: string, limits: ReadonlyMap<string, string>): string | undefined {
  if (/^remote\..*\.proxy$/.test(key)) return '';
  if (!key.startsWith('http.')) return undefined;
  const name = key.slice(key.lastIndexOf('.') + 1);
  return NEUTRAL_HTTP.get(name) ?? limits.get(`http.${name}`);
}

function environment(config: readonly ScopedEntry[]): Record<string, string> {
  return {
    GIT_ALLOW_PROTOCOL: ALLOWED_PROTOCOLS,
    GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? trustedValue(config, 'core.sshcommand') ?? QUIET_SSH,
    GCM_INTERACTIVE: 'never',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

function trustedValue(config: readonly ScopedEntry[], key: string): string | undefined {
  return config.findLast((entry) => entry.key === key && !isFromRepository(entry))?.value;
}

/** @throws PilotlightError `remote_failed` for one that is a folder and a server at once */
async function isFolder(
  { command, remote }: NetworkCommand,
  { cwd, signal }: NetworkOptions,
): Promise<boolean> {
  const asked =
    command === 'push'
      ? ['remote', 'get-url', '--push', '--all', '--end-of-options', remote]
      : ['ls-remote', '--get-url', '--end-of-options', remote];
  const { exitCode, stdout } = await git(asked, { cwd, signal });
  const urls = exitCode === 0 ? stdout.trimEnd().split('\n') : [remote];
  const local = urls.filter(isLocalUrl);
  if (local.length === 0 || local.length === urls.length) return local.length > 0;
  throw new PilotlightError(
    'remote_failed',
    `The remote "${remote}" of ${cwd} is pushed to folders and servers at once (${urls.join(', ')}). Give one of them its own name.`,
    { details: { remote, urls, reason: 'ambiguous' } },
  );
}

/** As git sees it: a path, or `file://`. `host:path` is ssh. */
export function isLocalUrl(url: string): boolean {
  if (url.startsWith('file://')) return true;
  const colon = url.indexOf(':');
  const slash = url.indexOf('/');
  return colon < 0 || (slash >= 0 && slash < colon);
}
