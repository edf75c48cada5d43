import type { ErrorInfo, ErrorCode, Turn } from '@pilotlight/protocol';

const SECOND = 1000;
const PAUSES_MS = [10 * SECOND, 60 * SECOND, 5 * 60 * SECOND, 15 * 60 * SECOND];
const LONGEST_PAUSE_MS = 60 * 60 * SECOND;

/** What another start would fail of as well. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set([
  'agent_unknown',
  'agent_not_installed',
  'agent_unsupported',
  'model_unknown',
  'option_unknown',
  'repository_empty',
  'project_not_found',
  'session_not_found',
  'invalid_request',
]);

/** How long a task waits after so many starts that failed, in ms. */
export function pauseAfter(failedStarts: number): number {
  return PAUSES_MS[failedStarts - 1] ?? LONGEST_PAUSE_MS;
}

export function isWorthAnotherStart({ code }: ErrorInfo): boolean {
  return !FOR_GOOD.has(code);
}

/**
 * Whether a turn that this server began failed before its agent had the prompt. Only then it may be begun again: one that is
 * `starting` was not sent, of others the backend says so. Of an interrupted one that an earlier server began nobody knows
 * more than that: on disk it may be `starting` though its prompt went out.
 */
export function neverReachedAgent(turn: Pick<Turn, 'state'>, { code, details }: ErrorInfo): boolean {
  if (code === 'interrupted') return details?.['sent'] === false;
  return turn.state === 'starting' || details?.['sent'] === false || details?.['started'] === false;
}
