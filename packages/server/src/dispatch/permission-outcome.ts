import type { Permission, PermissionOutcome, QuestionOutcome } from '@pilotlight/protocol';

/** What became of a question, for the agent. */
export type Outcome = { permission: PermissionOutcome } | { question: QuestionOutcome };

export const CANCELLED: Outcome = { permission: { outcome: 'cancelled' } };

export function permissionOutcome(outcome: Outcome): PermissionOutcome {
  return 'permission' in outcome ? outcome.permission : { outcome: 'cancelled' };
}

export function questionOutcome(outcome: Outcome): QuestionOutcome {
  return 'question' in outcome ? outcome.question : { action: 'cancel' };
}

/** The outcome of a question that is not open any more. */
export function recordedOutcome({ kind, answer }: Permission): Outcome {
  if (answer === null) return CANCELLED;
  if (kind === 'question') {
    const { declined, answers = {} } = answer;
    return { question: declined === true ? { action: 'decline' } : { action: 'accept', answers } };
  }
  const { message } = answer;
  const optionId = answer.toldOptionId ?? answer.optionId;
  if (optionId === undefined) return CANCELLED;
  return { permission: { outcome: 'selected', optionId, ...(message === undefined ? {} : { message }) } };
}
