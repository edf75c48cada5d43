import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** How a command ended; one of the two is null. */
export interface CommandExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();

/**
 * Runs a shell line in `cwd` and passes its output on as it comes; the next piece is read when `onOutput` has resolved.
 * Aborting kills the command's whole process group. Background processes of the command end with it.
 *
 * The command leads its own group, and still never outlives the agent: a guard in that group reads a pipe held by the
 * agent and kills the group when the pipe closes, which the system does even when the agent is killed with -9.
 */
export async function runCommand(
  line: string,
  cwd: string,
  signal: AbortSignal,
  onOutput: (text: string) => Promise<void>,
): Promise<CommandExit> {
  signal.throwIfAborted();
  const guard = '{ cat <&3; kill -9 0; } >/dev/null 2>&1 & exec sh -c "$1" 3<&- </dev/null';
  const child = spawn('sh', ['-c', guard, 'sh', line], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const exit = Promise.withResolvers<CommandExit>();
  child.once('error', exit.reject);
  const lifeline = child.stdio[3] as Writable;
  lifeline.on('error', () => {});
  child.once('exit', (exitCode, signal) => {
    lifeline.end();
    exit.resolve({ exitCode, signal });
  });
  const kill = (): void => killGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [result] = await Promise.all([
      exit.promise,
      readAll(child.stdout, onOutput),
      readAll(child.stderr, onOutput),
    ]);
    return result;
  } finally {
    signal.removeEventListener('abort', kill);
    killGroup(child);
    running.delete(child);
  }
}

/** Kills the groups of all running commands, for the agent's own end. */
export function killRunningCommands(): void {
  for (const child of running) killGroup(child);
}

async function readAll(stream: Readable | null, onOutput: (text: string) => Promise<void>): Promise<void> {
  if (!stream) return;
  stream.setEncoding('utf8');
  for await (const text of stream) await onOutput(String(text));
}

// The exit code of a child whose group we signal is not yet collected, so its id cannot belong to a stranger.
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
