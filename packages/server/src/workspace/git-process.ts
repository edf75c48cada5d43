import { launchHere, ProgramLost, type Launch } from '@pilotlight/keeper';
import { PilotlightError } from '@pilotlight/protocol';

export interface GitProcessOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** bytes of standard output kept; past it git is stopped and the result is `truncated` */
  maxBytes: number;
  timeoutMs: number;
  input?: string | Uint8Array | undefined;
}

export interface GitProcessResult {
  stdout: Buffer;
  stderr: string;
  exitCode: number;
  truncated: boolean;
}

const STDERR_KEPT_BYTES = 64 * 1024;
/** git removes its lock files on SIGTERM; this long it may take before the group is killed. */
const TERM_GRACE_MS = 2_000;

/** Who starts the gits of this process, the last one first; where there is none, it does so itself. */
const launchers: Launch[] = [];

/**
 * From now on gits are started by `launch`: a fork of a large process holds its event loop for many milliseconds.
 * @returns ends that
 */
export function startGitsBy(launch: Launch): () => void {
  launchers.push(launch);
  return () => {
    const at = launchers.indexOf(launch);
    if (at !== -1) launchers.splice(at, 1);
  };
}

/** Keeps the first `limit` bytes of a stream. */
class Bounded {
  readonly limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  overflowed = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  push(chunk: Buffer): void {
    const room = this.limit - this.#size;
    if (chunk.length > room) this.overflowed = true;
    if (room <= 0) return;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#size += kept.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

type Stop = { why: 'aborted' | 'timeout' | 'truncated' };

/**
 * Runs git once, without a shell, in its own process group; the group is ended on abort, on timeout and past `maxBytes`.
 *
 * @throws PilotlightError `cancelled` when the signal fired, `git_failed` when git cannot be started or takes too long
 */
export async function runGitProcess(
  args: readonly string[],
  options: GitProcessOptions,
): Promise<GitProcessResult> {
  const { signal } = options;
  if (signal?.aborted) throw cancelled(args, options.cwd, signal);
  const stdout = new Bounded(options.maxBytes);
  const stderr = new Bounded(STDERR_KEPT_BYTES);
  let stopped: Stop | null = null;
  const timers: NodeJS.Timeout[] = [];
  const stop = (why: Stop['why']): void => {
    if (stopped !== null) return;
    stopped = { why };
    program.signal('SIGTERM');
    timers.push(setTimeout(() => program.signal('SIGKILL'), TERM_GRACE_MS));
  };
  const onAbort = (): void => stop('aborted');
  const { cwd, env, input = '' } = options;
  const launch = launchers.at(-1) ?? launchHere;
  const program = launch(
    { command: 'git', args, cwd, env, input },
    {
      stdout: (chunk) => {
        stdout.push(chunk);
        if (stdout.overflowed) stop('truncated');
      },
      stderr: (chunk) => stderr.push(chunk),
    },
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  timers.push(setTimeout(() => stop('timeout'), options.timeoutMs));

  try {
    const exitCode = await program.ended.catch((error: Error) => {
      throw failure(error, args, cwd);
    });
    const why = (stopped as Stop | null)?.why;
    if (why === 'aborted') throw cancelled(args, options.cwd, signal);
    if (why === 'timeout') {
      throw new PilotlightError(
        'git_failed',
        `git ${args[0] ?? ''} in ${options.cwd} did not finish within ${options.timeoutMs} ms and was stopped. Is the disk slow or the repository very large?`,
        { details: { args, cwd: options.cwd, timeoutMs: options.timeoutMs } },
      );
    }
    return {
      stdout: stdout.bytes(),
      stderr: stderr.bytes().toString('utf8'),
      exitCode,
      truncated: why === 'truncated',
    };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
}

function cancelled(args: readonly string[], cwd: string, signal: AbortSignal | undefined): PilotlightError {
  return new PilotlightError('cancelled', `git ${args[0] ?? ''} in ${cwd} was cancelled.`, {
    details: { args, cwd },
    cause: signal?.reason,
  });
}

function failure(error: Error, args: readonly string[], cwd: string): PilotlightError {
  if (error instanceof ProgramLost) {
    return new PilotlightError(
      'git_failed',
      `git ${args[0] ?? ''} in ${cwd} was left alone: ${error.message}. Look at the folder and try again.`,
      { details: { args, cwd }, cause: error },
    );
  }
  const missing = 'code' in error && error.code === 'ENOENT';
  const message = missing
    ? 'git was not found on the PATH. Install git and start Pilotlight again.'
    : `git could not be started: ${error.message}`;
  return new PilotlightError('git_failed', message, { cause: error });
}
