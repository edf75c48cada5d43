import { spawn } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PilotlightError } from '@pilotlight/protocol';

export interface NpmOptions {
  cwd: string;
  signal?: AbortSignal | undefined;
  /** every line npm prints, on either stream */
  onLine?: ((line: string) => void) | undefined;
}

const CLI = 'npm-cli.js';
const TIMEOUT_MS = 10 * 60_000;
const KILL_GRACE_MS = 3_000;
const LINES_KEPT = 15;
/** Set by an npm that started us; they would send this install into the other one's project. */
const FOREIGN_VARIABLES =
  /^npm_(lifecycle_|package_|command|config_(prefix|local_prefix|global_prefix|global|location|workspaces?|include|omit|dry_run)$)/i;

/**
 * Runs npm with the Node this server runs on, in its own process group, and gives its standard output.
 *
 * @throws PilotlightError `install_failed` with npm's last lines, `cancelled` when the signal fired
 */
export async function runNpm(args: readonly string[], options: NpmOptions): Promise<string> {
  const { cwd, signal, onLine } = options;
  const cli = await findNpmCli(process.env);
  if (signal?.aborted) throw cancelled(args);
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: npmEnvironment(process.env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timers: NodeJS.Timeout[] = [];
  let timedOut = false;
  const signalGroup = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group has gone already.
    }
  };
  const stop = (): void => {
    signalGroup('SIGTERM');
    timers.push(setTimeout(() => signalGroup('SIGKILL'), KILL_GRACE_MS));
  };
  signal?.addEventListener('abort', stop, { once: true });
  timers.push(
    setTimeout(() => {
      timedOut = true;
      stop();
    }, TIMEOUT_MS),
  );

  const output: string[] = [];
  const last: string[] = [];
  const listen = (stream: Readable, keep: boolean): void => {
    createInterface({ input: stream }).on('line', (line) => {
      if (keep) output.push(line);
      last.push(line);
      if (last.length > LINES_KEPT) last.shift();
      onLine?.(line);
    });
  };
  listen(child.stdout, true);
  listen(child.stderr, false);

  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    if (signal?.aborted) throw cancelled(args);
    if (exitCode === 0) return output.join('\n');
    const why = timedOut
      ? `did not finish within ${TIMEOUT_MS / 60_000} minutes`
      : `failed with exit code ${exitCode}`;
    throw new PilotlightError('install_failed', `npm ${args[0] ?? ''} ${why}:\n${last.join('\n')}`, {
      details: { args, exitCode, lines: last },
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const timer of timers) clearTimeout(timer);
  }
}

/**
 * The script of npm itself: the npm that started us, else the one on the PATH, else the one that came with Node.
 *
 * @throws PilotlightError `install_failed` when there is none
 */
export async function findNpmCli(env: NodeJS.ProcessEnv): Promise<string> {
  for (const candidate of await npmCandidates(env)) {
    const real = await realpath(candidate).catch(() => null);
    if (real !== null && basename(real) === CLI && (await stat(real)).isFile()) return real;
  }
  throw new PilotlightError(
    'install_failed',
    'npm was not found. Install npm (it comes with Node), make sure it is on the PATH, and try again.',
  );
}

async function npmCandidates(env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const node = dirname(await realpath(process.execPath));
  return [
    ...(env.npm_execpath === undefined ? [] : [env.npm_execpath]),
    ...folders.map((folder) => join(folder, 'npm')),
    ...folders.flatMap(besideNode),
    ...besideNode(node),
  ];
}

/** Where an installation of Node has npm, by platform. */
function besideNode(folder: string): string[] {
  return [
    join(folder, 'node_modules', 'npm', 'bin', CLI),
    join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', CLI),
  ];
}

function npmEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  return { ...Object.fromEntries(kept), npm_config_update_notifier: 'false' };
}

function cancelled(args: readonly string[]): PilotlightError {
  return new PilotlightError('cancelled', `npm ${args[0] ?? ''} was cancelled.`, { details: { args } });
}
