import type { NewPolicyRule, Permission, PermissionDecision } from '@pilotlight/protocol';
import { optionFor } from './choose-option.ts';
import { decide, type PolicyInForce } from './decide.ts';

type Answer = NonNullable<Permission['answer']>;

/** What a policy answers to a request; null: the user is asked. A question is never answered for the user. */
export function answeredByPolicy(
  { subject, agent, options }: Permission,
  policy: PolicyInForce,
): { answer: Answer; decision: PermissionDecision } | null {
  if (subject === null) return null;
  const { action, decision } = decide(policy, subject, agent);
  if (action === 'ask' || decision === null) return null;
  const option = optionFor(action, options, decision.mode === 'allow_all');
  if (option === null) return null;
  const message = action === 'deny' ? { message: refusal(decision.rule) } : {};
  return { answer: { optionId: option.optionId, ...message }, decision };
}

/** Never `cancelled`, which would end the turn: the agent may go on without what it asked for. */
export function answeredTooLate({ kind, options, createdAt, deadlineAt }: Permission): Answer {
  const seconds = Math.round(((deadlineAt ?? createdAt) - createdAt) / 1000);
  const message = `Nobody answered within ${seconds} s.`;
  if (kind === 'question') return { declined: true, message };
  const option = optionFor('deny', options);
  // An agent that lets nobody refuse gets no option at all, which is the protocol's only other answer.
  return option === null ? { message } : { optionId: option.optionId, message };
}

function refusal(rule: NewPolicyRule | undefined): string {
  const subject = rule?.command ?? rule?.path ?? rule?.kind;
  return `A rule of the user forbids this${subject === undefined ? '' : ` (${subject})`}.`;
}
