import { spawn } from 'node:child_process';
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
/** A grandchild that holds the pipes after git has gone does not hold us longer than this. */
const PIPE_GRACE_MS = 2_000;

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
  const child = spawn('git', args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout = new Bounded(options.maxBytes);
  const stderr = new Bounded(STDERR_KEPT_BYTES);
  let stopped: Stop | null = null;
  const timers: NodeJS.Timeout[] = [];

  const signalGroup = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group has gone already.
    }
  };
  const stop = (why: Stop['why']): void => {
    if (stopped !== null) return;
    stopped = { why };
    signalGroup('SIGTERM');
    timers.push(setTimeout(() => signalGroup('SIGKILL'), TERM_GRACE_MS));
  };
  const onAbort = (): void => stop('aborted');

  const closed = Promise.withResolvers<number>();
  child.once('error', (error) => closed.reject(startFailure(error)));
  child.once('exit', () => {
    const releasePipes = (): void => {
      signalGroup('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    };
    timers.push(setTimeout(releasePipes, PIPE_GRACE_MS));
  });
  child.once('close', (code) => closed.resolve(code ?? -1));
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    if (stdout.overflowed) stop('truncated');
  });
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // git may end without reading what it is given; its exit code says so better than EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  signal?.addEventListener('abort', onAbort, { once: true });
  timers.push(setTimeout(() => stop('timeout'), options.timeoutMs));

  try {
    const exitCode = await closed.promise;
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

function startFailure(error: Error): PilotlightError {
  const missing = 'code' in error && error.code === 'ENOENT';
  const message = missing
    ? 'git was not found on the PATH. Install git and start Pilotlight again.'
    : `git could not be started: ${error.message}`;
  return new PilotlightError('git_failed', message, { cause: error });
}
