import { PilotlightError } from '@pilotlight/protocol';
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

export type ForgeName = 'gh' | 'glab';

/** A program that opens pull requests, and where it is. */
export interface Forge {
  name: ForgeName;
  program: string;
}

const DEADLINE_MS = 60_000;
const GRACE_MS = 2_000;
const MAX_OUTPUT = 64 * 1024;

/** What it gets of the server's environment: who the user is, and how to reach the host. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TMPDIR|XDG_.*|SSL_CERT_.*|(https?|all|no)_proxy|GH_.*|GITHUB_.*|GLAB_.*|GITLAB_.*)$/i;

/** The program for that kind of host if it is installed; without a host, whichever is. */
export async function findForge(env: NodeJS.ProcessEnv, host: string | null): Promise<Forge | null> {
  const wanted: ForgeName[] =
    host === null ? ['gh', 'glab'] : host.includes('gitlab') ? ['glab'] : ['gh', 'glab'];
  for (const name of wanted) {
    const program = await findOnPath(name, env['PATH'] ?? '');
    if (program !== null) return { name, program };
  }
  return null;
}

/**
 * Runs it in an empty folder, so that nothing of the repository reaches it, asks nothing, and is ended at the deadline.
 *
 * @returns what it printed
 * @throws PilotlightError `pull_request_failed` with its last lines
 */
export async function runForge(
  { name, program }: Forge,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
  deadlineMs = DEADLINE_MS,
): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'pilotlight-forge-'));
  try {
    const passed = Object.fromEntries(Object.entries(env).filter(([key]) => PASSED.test(key)));
    const quiet = {
      GH_PROMPT_DISABLED: '1',
      GH_NO_UPDATE_NOTIFIER: '1',
      NO_PROMPT: '1',
      NO_COLOR: '1',
      GIT_TERMINAL_PROMPT: '0',
    };
    const { code, stdout, stderr } = await run(program, args, {
      cwd,
      env: { ...passed, ...quiet },
      input,
      deadlineMs,
    });
    if (code === 0) return stdout;
    const said = (stderr || stdout).trim().split('\n').slice(-6).join('\n') || '(no message)';
    const why =
      code === null
        ? `did not finish within ${deadlineMs / 1000} s and was ended`
        : `failed with exit code ${code}: ${said}`;
    throw new PilotlightError(
      'pull_request_failed',
      `${name} ${why}. The branch was pushed. Try again, or open it by hand.`,
      {
        details: { program, code },
      },
    );
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

interface RunOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  input: string;
  deadlineMs: number;
}

/** `code` null: it was ended at the deadline. */
async function run(
  program: string,
  args: readonly string[],
  { cwd, env, input, deadlineMs }: RunOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const timers: NodeJS.Timeout[] = [];
  let late = false;
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has gone already.
    }
  };
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      heard[stream] = (heard[stream] + text).slice(-MAX_OUTPUT);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', (error) =>
    reject(
      new PilotlightError('pull_request_failed', `${program} could not be started: ${error.message}`, {
        cause: error,
      }),
    ),
  );
  // What it left behind may hold the pipes, in a group of its own: nobody waits for that.
  child.once('exit', () => {
    const release = (): void => {
      signalGroup('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    };
    timers.push(setTimeout(release, GRACE_MS));
  });
  child.once('close', (code) => resolve(code ?? -1));
  // It may end without reading.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  timers.push(
    setTimeout(() => {
      late = true;
      signalGroup('SIGTERM');
      timers.push(setTimeout(() => signalGroup('SIGKILL'), GRACE_MS));
    }, deadlineMs),
  );
  try {
    const code = await promise;
    return { code: late ? null : code, ...heard };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

async function findOnPath(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((entry) => isAbsolute(entry))) {
    const program = join(folder, name);
    const found = await stat(program).catch(() => null);
    if (found?.isFile() !== true) continue;
    const allowed = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (allowed) return program;
  }
  return null;
}
