/**
 * Programs that run for one request, such as git: they end soon, and no later server takes them up. Who starts them is
 * behind `Launch`: this process, or the keeper, where a fork costs a fraction since it is small.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { signalGroup } from './process-group.ts';

export interface ProgramRequest {
  command: string;
  args: readonly string[];
  /** an existing folder */
  cwd: string;
  /** the whole environment */
  env: NodeJS.ProcessEnv;
  /** all of stdin */
  input: string | Uint8Array;
}

/** Told of what it says, in the order it came. */
export interface ProgramListener {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

export interface RunningProgram {
  /**
   * Resolves with its exit code (-1: a signal ended it) when it has ended and everything it said was told. A grandchild that
   * holds its pipes is waited for two seconds, then killed.
   * @throws the system's error when it cannot be started; ProgramLost
   */
  readonly ended: Promise<number>;
  /** To its whole group; nothing when it has gone. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export type Launch = (request: ProgramRequest, listener: ProgramListener) => RunningProgram;

/** Who ran it has gone: nobody knows how far it came. */
export class ProgramLost extends Error {}

const PIPE_GRACE_MS = 2_000;

/** A program of this very process, in a process group of its own. */
export interface LocalProgram extends RunningProgram {
  /** While held, what it says stays in its pipes. */
  hold(isHeld: boolean): void;
}

/** Starts a program from this very process. */
export function launchHere(request: ProgramRequest, listener: ProgramListener): LocalProgram {
  const { command, args, cwd, env, input } = request;
  const isSilent = input.length === 0;
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: [isSilent ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // Asked for.
  const stdout = child.stdout as Readable;
  const stderr = child.stderr as Readable;
  const ended = Promise.withResolvers<number>();
  let hasExited = false;
  let isGone = false;
  let grace: NodeJS.Timeout | undefined;
  const hold = (isHeld: boolean): void => {
    // What it has left in its pipes is not to be cut off by the grace.
    const pauses = isHeld && !hasExited;
    for (const pipe of [stdout, stderr])
      if (pauses) pipe.pause();
      else pipe.resume();
  };
  const signal = (name: NodeJS.Signals): void => {
    // When it is gone, so may be its number.
    if (child.pid !== undefined && !isGone) signalGroup(child.pid, name);
  };
  child.once('error', ended.reject);
  child.once('exit', () => {
    hasExited = true;
    hold(false);
    grace = setTimeout(() => {
      signal('SIGKILL');
      stdout.destroy();
      stderr.destroy();
    }, PIPE_GRACE_MS);
  });
  child.once('close', (code) => {
    isGone = true;
    clearTimeout(grace);
    ended.resolve(code ?? -1);
  });
  stdout.on('data', (chunk: Buffer) => listener.stdout(chunk));
  stderr.on('data', (chunk: Buffer) => listener.stderr(chunk));
  // It may end without reading what it is given; its exit code says so better than EPIPE.
  child.stdin?.on('error', () => {}).end(input);
  return { ended: ended.promise, signal, hold };
}
