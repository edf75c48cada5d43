import { PilotlightError } from '@pilotlight/protocol';
import type { ProcessExit } from '@pilotlight/keeper';
import { LineTooLongError } from './line-reader.ts';

/** What was noticed first. */
export type EndCause =
  | { kind: 'exit' }
  | { kind: 'stdout' }
  | { kind: 'broken'; cause: unknown }
  | { kind: 'deaf'; bytes: number };

const shownLines = 8;
const shownChars = 1200;

/** `exit`: null when the process still ran a moment after the connection broke. */
export function describeEnd(
  name: string,
  cause: EndCause,
  exit: ProcessExit | null,
  stderr: string,
  noise: string[],
): PilotlightError {
  const lines = lastLines(stderr) || noise.slice(-shownLines).join('\n');
  const words = lines === '' ? '' : ` Last lines: ${lines}`;
  const details = { exitCode: exit?.code ?? null, signal: exit?.signal ?? null, stderr: lastLines(stderr) };
  if (cause.kind === 'broken' && cause.cause instanceof LineTooLongError) {
    return new PilotlightError(
      'agent_protocol',
      `${name} sent ${cause.cause.message}, so its process is ended. Ask it for less output at once.`,
      { details, cause: cause.cause },
    );
  }
  if (exit)
    return new PilotlightError('agent_failed', `${name} ended: ${exitText(exit)}.${words}`, { details });
  const what = {
    exit: 'ended',
    stdout: 'closed its output and lives on, so its process is ended',
    broken: `cannot be reached (${cause.kind === 'broken' && cause.cause instanceof Error ? cause.cause.message : 'its pipe broke'}), so its process is ended`,
    deaf: 'does not read its input, so its process is ended',
  }[cause.kind];
  return new PilotlightError('agent_failed', `${name} ${what}.${words}`, { details });
}

/** "exit 7" or "SIGKILL". */
function exitText(exit: ProcessExit): string {
  return exit.signal ?? `exit ${exit.code ?? 'unknown'}`;
}

/** The end of what an agent wrote to stderr, short enough for a message. */
export function lastLines(stderr: string): string {
  const lines = stderr
    .slice(-4 * shownChars)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-shownLines).join('\n').slice(-shownChars);
}
