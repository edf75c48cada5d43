import { z } from 'zod';
import type { ErrorInfo } from './errors.ts';

/**
 * Why a turn was interrupted, in `details.reason` of its error (code `interrupted`):
 *
 * - `rebooted`: the machine was started anew
 * - `keeper_gone`: the keeper ended, and the agents with it
 * - `no_keeper`: agents run without a keeper, so they ended with the server
 * - `agent_gone`: the agent's process ended while no server was there; `exitCode`, `signal` and `stderr` where known
 * - `cold`: it ran through the one-shot dispatch, which nobody can take up
 * - `not_taken_up`: the agent lives, but cannot be gone on with; the message says why
 * - `stopped`: somebody stopped the server and everything in it
 */
export const InterruptionReason = z.enum([
  'rebooted',
  'keeper_gone',
  'no_keeper',
  'agent_gone',
  'cold',
  'not_taken_up',
  'stopped',
]);
export type InterruptionReason = z.infer<typeof InterruptionReason>;

/** Of an error with code `interrupted`; null where it does not say. */
export function interruptionReason(error: ErrorInfo | null): InterruptionReason | null {
  const reason = InterruptionReason.safeParse(error?.details?.['reason']);
  return error?.code === 'interrupted' && reason.success ? reason.data : null;
}
