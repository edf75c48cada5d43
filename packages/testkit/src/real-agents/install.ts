// Installs the real agents of packages/testkit/agents from its lockfile, once.
//
// Contract: idempotent (a stamp with the hash of the manifest and the lockfile says that an install is whole), safe to
// interrupt (the stamp is written last, and goes first), serialised between processes. Install scripts do not run.
// As a script: `node packages/testkit/src/real-agents/install.ts`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { findNpmCli } from './find-npm-cli.ts';
import { takeInstallLock } from './install-lock.ts';
import { AGENTS_FOLDER } from './locations.ts';

export interface InstallOptions {
  /** The folder with package.json and package-lock.json; the testkit's own agents when not given. */
  readonly folder?: string;
  /** Where the lock file goes. */
  readonly lockFile?: string;
  /** Takes one line a step; nothing is said when there is nothing to do. */
  readonly log?: (line: string) => void;
  /** Ends the install; the next one starts over. */
  readonly signal?: AbortSignal;
}

const LOCK_FILE = join(import.meta.dirname, '../../.cache/install-agents.lock');

/**
 * Installs the agents when they are missing or do not match the lockfile. Resolves to whether anything was installed.
 * Throws with npm's own words when npm fails.
 */
export async function ensureRealAgents(options: InstallOptions = {}): Promise<boolean> {
  const { folder = AGENTS_FOLDER, lockFile = LOCK_FILE, log = () => {}, signal } = options;
  if (isInstalled(folder)) return false;
  using _lock = await takeInstallLock(lockFile, () =>
    log('Waiting for another install of the agents to end'),
  );
  if (isInstalled(folder)) return false;
  const started = performance.now();
  log('Installing the agents (about 2.4 GB, a minute or two the first time)');
  rmSync(stampPath(folder), { force: true });
  await rm(join(folder, 'node_modules'), { recursive: true, force: true });
  await runNpmInstall(folder, signal);
  writeFileSync(stampPath(folder), wantedStamp(folder));
  log(`Installed the agents in ${Math.round((performance.now() - started) / 1000)} s`);
  return true;
}

function isInstalled(folder: string): boolean {
  try {
    return readFileSync(stampPath(folder), 'utf8') === wantedStamp(folder);
  } catch {
    return false;
  }
}

/** Inside node_modules, so that whoever removes that folder by hand gets a new install. */
function stampPath(folder: string): string {
  return join(folder, 'node_modules', '.installed-lockfile');
}

function wantedStamp(folder: string): string {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

async function runNpmInstall(folder: string, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  // Not `npm ci`: it refuses a lockfile without the packages for other systems, which not every registry carries.
  // From an empty folder and without saving, an install gives the locked versions just the same.
  const args = [
    findNpmCli(),
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  // A group of its own, so that an abort also ends what npm started.
  const npm = spawn(process.execPath, args, {
    cwd: folder,
    env: npmEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const endGroup = () => {
    if (npm.pid !== undefined && npm.exitCode === null) process.kill(-npm.pid, 'SIGKILL');
  };
  signal?.addEventListener('abort', endGroup, { once: true });
  try {
    const [complaints, [code]] = await Promise.all([readText(npm.stderr), once(npm, 'close')]);
    signal?.throwIfAborted();
    if (code !== 0)
      throw new Error(
        `npm could not install the agents in ${folder}, exit code ${String(code)}:\n${complaints}`,
      );
  } finally {
    signal?.removeEventListener('abort', endGroup);
  }
}

/** Our own Node first on PATH, and without what an outer npm says about the outer package. */
function npmEnv(): NodeJS.ProcessEnv {
  const outer =
    /^(npm_package_|npm_lifecycle_|npm_config_(local_prefix|workspaces?|include_workspace_root)$|INIT_CWD$)/;
  const kept = Object.entries(process.env).filter(([name]) => !outer.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  };
}

if (import.meta.main) {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`Stopped by ${name}`)));
  const installed = await ensureRealAgents({ log: (line) => console.log(line), signal: stop.signal });
  if (!installed) console.log('The agents are installed and match the lockfile');
}
