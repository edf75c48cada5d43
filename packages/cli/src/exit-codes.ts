import { ERROR_STATUS, PilotlightError } from '@pilotlight/protocol';
import type { ErrorCode, TaskState, TurnState } from '@pilotlight/protocol';

/** What the command ends with; described in docs/cli.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  serverUnreachable: 3,
  turnCancelled: 4,
  refused: 5,
  alreadyRunning: 6,
  internal: 70,
  /** a second Ctrl-C */
  left: 130,
  /** who read the output went away; what a SIGPIPE gives */
  pipeClosed: 141,
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  invalid_request: EXIT.usage,
  config_invalid: EXIT.usage,
  server_unreachable: EXIT.serverUnreachable,
  server_stopping: EXIT.serverUnreachable,
  cancelled: EXIT.turnCancelled,
  data_folder_in_use: EXIT.alreadyRunning,
  install_failed: EXIT.failed,
};

/** The exit code of a thrown value: refusals (4xx) are 5, defects and a failing store 70. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof PilotlightError)) return EXIT.internal;
  const known = BY_CODE[error.code];
  if (known !== undefined) return known;
  if (error.code.startsWith('agent_')) return ERROR_STATUS[error.code] < 500 ? EXIT.refused : EXIT.failed;
  return ERROR_STATUS[error.code] < 500 ? EXIT.refused : EXIT.internal;
}

/** The exit code of a task that has ended. */
export function exitCodeOfTask(state: TaskState): number {
  if (state === 'done') return EXIT.ok;
  return state === 'cancelled' ? EXIT.turnCancelled : EXIT.failed;
}

/** The exit code of an ended turn, or of one that is held back. */
export function exitCodeOfTurn(state: TurnState): number {
  if (state === 'completed') return EXIT.ok;
  if (state === 'queued') return EXIT.refused;
  return state === 'cancelled' ? EXIT.turnCancelled : EXIT.failed;
}
