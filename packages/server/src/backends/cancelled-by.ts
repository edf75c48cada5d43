import type { ErrorInfo } from '@pilotlight/protocol';

/** How a running turn came to its end after a cancel. */
export type CancelEnd = 'acknowledged' | 'session_closed' | 'process_ended';

/** The error of a turn that was cancelled while the agent worked; it says what is left of the agent. */
export function cancelledBy(agent: string, by: CancelEnd): ErrorInfo {
  const message = {
    acknowledged: `Cancelled: ${agent} acknowledged it and ended the turn.`,
    session_closed: `Cancelled: ${agent} did not answer the cancel, so its session was closed. The next prompt resumes it.`,
    process_ended: `Cancelled: ${agent} did not answer the cancel, so its process was ended. The next prompt starts it again.`,
  }[by];
  return { code: 'cancelled', message, details: { by } };
}

/** The error of a turn that was cancelled before its agent had the prompt: there was nobody to wait for. */
export const CANCELLED_EARLY: ErrorInfo = {
  code: 'cancelled',
  message: 'Cancelled before the agent was asked.',
  details: { by: 'acknowledged' },
};
