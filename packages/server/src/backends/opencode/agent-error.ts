import { PilotlightError } from '@pilotlight/protocol';
import { HttpAnswerError } from './http.ts';

/** Whatever a request to the server failed with, as an error that says which agent and what to do. */
export function agentError(agent: string, error: unknown): PilotlightError {
  if (error instanceof PilotlightError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof HttpAnswerError)
    return new PilotlightError('agent_failed', `${agent} refused a request: ${reason}`, {
      cause: error,
      details: { status: error.status },
    });
  if (error instanceof Error && error.name === 'AbortError')
    return new PilotlightError('agent_timeout', `The server of ${agent} did not answer in time. Try again.`, {
      cause: error,
    });
  return new PilotlightError(
    'agent_failed',
    `The server of ${agent} cannot be reached: ${reason}. Try again.`,
    {
      cause: error,
    },
  );
}
