import {
  PilotlightError,
  checkAnswers,
  type AnswerPermission,
  type NewPolicyRule,
  type Permission,
  type PermissionOption,
  type PolicyScope,
} from '@pilotlight/protocol';
import { alwaysAction } from './policies/always-rules.ts';
import { optionFor } from './policies/choose-option.ts';

/** An answer of a user's, checked. */
export interface CheckedAnswer {
  /** what is kept on the row */
  answer: NonNullable<Permission['answer']>;
  /** rules that it makes, and whose; null when it makes none */
  remembered: { scope: PolicyScope; rules: NewPolicyRule[] } | null;
}

/** @throws PilotlightError `invalid_request` */
export function checkAnswer(permission: Permission, body: AnswerPermission): CheckedAnswer {
  const { by: _by, remember = 'session', ...answer } = body;
  if (permission.kind === 'question') return { answer: checkQuestion(permission, answer), remembered: null };
  const option = permission.options.find((candidate) => candidate.optionId === body.optionId);
  if (option === undefined) {
    const known = permission.options.map((candidate) => candidate.optionId).join(', ');
    throw new PilotlightError('invalid_request', `Answer with optionId, one of: ${known}.`);
  }
  const rules = remember === 'agent' ? [] : rulesOf(permission, option);
  if (rules.length === 0 || remember === 'agent') return { answer, remembered: null };
  // The rule remembers; an agent that did so too would go on when the rule is taken back.
  const told = optionFor(alwaysAction(option) ?? 'allow', permission.options) ?? option;
  const toldOptionId = told === option ? {} : { toldOptionId: told.optionId };
  return { answer: { ...answer, ...toldOptionId }, remembered: { scope: remember, rules } };
}

function rulesOf({ always }: Permission, option: PermissionOption): NewPolicyRule[] {
  const action = alwaysAction(option);
  return always.filter((rule) => rule.action === action);
}

type Said = NonNullable<Permission['answer']>;

function checkQuestion({ fields }: Permission, said: Said): Said {
  if (said.declined === true) return said;
  const problems = checkAnswers(fields, said.answers ?? {});
  if (problems.length === 0) return { ...said, answers: said.answers ?? {} };
  const list = problems.map(({ field, message }) => `"${field}" ${message}`).join('; ');
  throw new PilotlightError('invalid_request', `The answers do not fit what was asked: ${list}.`, {
    details: { problems },
  });
}
