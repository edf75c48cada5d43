import { PilotlightError, type InterruptionReason } from '@pilotlight/protocol';

/**
 * Of a turn that cannot be taken up. `what` happened, in a sentence; what to do about it is added where the turn ends.
 * `reason` null: nothing of the turn was there to go on with, and whoever knows how the last server ended says why.
 */
export function interrupted(
  reason: InterruptionReason | null,
  what: string,
  details: Record<string, unknown> = {},
): PilotlightError {
  const all = reason === null ? details : { ...details, reason };
  return new PilotlightError('interrupted', what, { details: all });
}
