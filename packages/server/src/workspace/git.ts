import { stat } from 'node:fs/promises';
import { PilotlightError } from '@pilotlight/protocol';
import type { ConfigEntry } from './git-guard.ts';
import { guardedEnvironment, overridesFor, parseScopedConfig, type ScopedEntry } from './git-guard.ts';
import { runGitProcess } from './git-process.ts';
import { rememberedConfig } from './remembered-config.ts';

export interface GitOptions {
  /** an existing folder */
  cwd: string;
  signal?: AbortSignal | undefined;
  /** added to the guarded environment, such as GIT_INDEX_FILE */
  env?: Record<string, string> | undefined;
  /** bytes of standard output kept, 64 MiB unless told */
  maxBytes?: number | undefined;
  /** 60 s unless told */
  timeoutMs?: number | undefined;
  input?: string | Uint8Array | undefined;
  /** `env` names a repository of ours (GIT_DIR), so there is no configuration of a stranger to look at */
  ownRepository?: boolean | undefined;
}

export interface GitResult {
  /** standard output as UTF-8 */
  readonly stdout: string;
  /** standard output as it came, for file contents */
  readonly bytes: Buffer;
  readonly stderr: string;
  /** -1 when git was ended by a signal */
  readonly exitCode: number;
  /** standard output was longer than `maxBytes` and git was stopped */
  readonly truncated: boolean;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;
/** Configuration by environment came with 2.31 (older ones ignore the guard in silence), `--lock --reason` with 2.33. */
const OLDEST_VERSION: readonly [number, number] = [2, 34];
const STDERR_LINES_SHOWN = 6;

/** They read refs and commits alone, so no driver of the repository can start and its configuration need not be read. */
const DRIVER_FREE = new Set([
  'check-ref-format',
  'for-each-ref',
  'merge-base',
  'rev-list',
  'rev-parse',
  'show-ref',
  'symbolic-ref',
  'version',
]);

/** They compare contents, and would run an external diff or a text conversion unless told not to. */
const COMPARING = new Set(['diff', 'diff-files', 'diff-index', 'diff-tree', 'log', 'show']);

/**
 * Runs git in a folder; the one way git is run. The repository's configuration cannot start programs (see git-guard.ts),
 * nothing is asked, no network is reached, the user's index is not refreshed on reads.
 *
 * @param args the command and its arguments, without options of git itself
 * @returns the result for every exit code
 * @throws PilotlightError `git_failed` when git is missing, too old, does not trust the folder's owner, or takes too long;
 *   `cancelled` when the signal fired
 */
export async function git(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const command = args[0] ?? '';
  const isHarmless = DRIVER_FREE.has(command) || options.ownRepository === true;
  const config = isHarmless ? Promise.resolve([]) : readConfig(options);
  // Whether git can run there at all is said first.
  config.catch(() => {});
  await requireUsable(options.cwd);
  const overrides = overridesFor(await config);
  const full = COMPARING.has(command) ? [command, '--no-ext-diff', '--no-textconv', ...args.slice(1)] : args;
  const result = await runGuarded(full, options, overrides);
  if (result.exitCode !== 0 && result.stderr.includes('detected dubious ownership')) {
    throw dubiousOwnership(args, options.cwd, result.stderr);
  }
  return result;
}

/**
 * Like `git`, for commands that must succeed.
 *
 * @throws PilotlightError `git_failed` with command, folder, exit code and git's last lines; `payload_too_large` when the
 *   output is past `maxBytes`; and what `git` throws
 */
export async function gitOk(args: readonly string[], options: GitOptions): Promise<GitResult> {
  const result = await git(args, options);
  if (result.truncated) {
    throw new PilotlightError(
      'payload_too_large',
      `git ${args.join(' ')} in ${options.cwd} gave more than ${options.maxBytes ?? DEFAULT_MAX_BYTES} bytes.`,
      { details: { args, cwd: options.cwd } },
    );
  }
  if (result.exitCode !== 0) throw gitFailure(args, options.cwd, result);
  return result;
}

/** A finished git that failed, as the error that says where and why. */
export function gitFailure(
  args: readonly string[],
  cwd: string,
  result: Pick<GitResult, 'exitCode' | 'stderr'>,
): PilotlightError {
  const stderr = result.stderr.trimEnd().split('\n').slice(-STDERR_LINES_SHOWN).join('\n');
  if (/promisor remote|lazy fetching disabled/.test(stderr)) {
    return new PilotlightError(
      'git_failed',
      `git ${args[0] ?? ''} in ${cwd} needs contents that this partial clone does not have, and nothing is fetched unasked. Fetch them in the project's folder (\`git fetch --refetch --no-filter\`, or \`git checkout\` of the commit that is wanted) and try again.`,
      { details: { args, cwd, exitCode: result.exitCode, stderr } },
    );
  }
  return new PilotlightError(
    'git_failed',
    `git ${args.join(' ')} in ${cwd} failed with exit code ${result.exitCode}: ${stderr || '(no message)'}`,
    { details: { args, cwd, exitCode: result.exitCode, stderr } },
  );
}

/**
 * One git in the guarded environment. For `git` and `gitNetwork`, which know what has to be overridden.
 *
 * @param overrides set after those that are always set, so that they win
 */
export async function runGuarded(
  args: readonly string[],
  options: GitOptions,
  overrides: readonly ConfigEntry[],
): Promise<GitResult> {
  const result = await runGitProcess(['--no-pager', ...args], {
    cwd: options.cwd,
    env: guardedEnvironment(overrides, options.env),
    signal: options.signal,
    maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    input: options.input,
  });
  return {
    get stdout() {
      return result.stdout.toString('utf8');
    },
    bytes: result.stdout,
    stderr: result.stderr,
    exitCode: result.exitCode,
    truncated: result.truncated,
  };
}

/**
 * What git reads as configuration in the very folder it will run in (conditional includes depend on it), includes followed.
 * @throws PilotlightError `git_failed`: what cannot be read in full cannot be guarded against
 */
export function readConfig(options: GitOptions): Promise<ScopedEntry[]> {
  return rememberedConfig(options, () => listConfig(options));
}

async function listConfig({ cwd, signal, env }: GitOptions): Promise<ScopedEntry[]> {
  const args = ['config', '--list', '--show-scope', '--includes', '-z'];
  const result = await runGuarded(args, { cwd, signal, env }, []);
  if (result.exitCode !== 0 || result.truncated) throw gitFailure(args, cwd, result);
  return parseScopedConfig(result.stdout).filter((entry) => entry.scope !== 'command');
}

/** @throws PilotlightError `git_failed` when there is no such folder, or no git that is recent enough */
export async function requireUsable(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null);
  if (found?.isDirectory() !== true) {
    throw new PilotlightError('git_failed', `git cannot run in ${cwd}: there is no such folder.`, {
      details: { cwd },
    });
  }
  await requireVersion();
}

let versionCheck: Promise<void> | undefined;

/** Asked once; asked again after a failure, so that installing git needs no restart. */
async function requireVersion(): Promise<void> {
  versionCheck ??= checkVersion();
  try {
    await versionCheck;
  } catch (error) {
    versionCheck = undefined;
    throw error;
  }
}

async function checkVersion(): Promise<void> {
  const { stdout } = await runGuarded(['version'], { cwd: '/' }, []);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  const recent =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  if (recent) return;
  throw new PilotlightError(
    'git_failed',
    `Pilotlight needs git ${OLDEST_VERSION.join('.')} or newer and found "${stdout.trim()}". Install a newer git.`,
  );
}

function dubiousOwnership(args: readonly string[], cwd: string, stderr: string): PilotlightError {
  const folder = /repository at '(.+)'/.exec(stderr)?.[1] ?? cwd;
  return new PilotlightError(
    'git_failed',
    `git does not work in ${folder}: the folder belongs to another user. If you trust its content, run ` +
      `\`git config --global --add safe.directory '${folder}'\` and try again.`,
    { details: { args, cwd, folder, reason: 'dubious_ownership' } },
  );
}
