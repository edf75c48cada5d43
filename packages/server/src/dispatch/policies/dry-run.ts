import type { DryRunPolicy, Permission, PolicyAction, PolicyDryRun } from '@pilotlight/protocol';
import { decide, inForce } from './decide.ts';

/** How many of those that would have been answered are named. */
const NAMED = 20;

/** What rules and a mode would have done with requests that were made before. Rules that are in force are not looked at. */
export function dryRun(
  { rules = [], mode = 'ask' }: DryRunPolicy,
  requests: readonly Permission[],
): PolicyDryRun {
  const policy = inForce(
    {
      scope: 'session',
      scopeId: '',
      mode,
      answerWithin: null,
      rules: rules.map((rule) => ({ ...rule, id: '', permissionId: null, createdAt: 0 })),
      revision: 0,
      updatedAt: null,
    },
    null,
  );
  const result: PolicyDryRun = { considered: 0, allowed: 0, denied: 0, asked: 0, against: 0, answered: [] };
  for (const { id, title, agent, subject, createdAt, ...request } of requests) {
    if (subject === null) continue;
    result.considered += 1;
    const { action } = decide(policy, subject, agent);
    result[COUNTED[action]] += 1;
    if (action === 'ask') continue;
    if (isAgainst(action, request)) result.against += 1;
    if (result.answered.length < NAMED)
      result.answered.push({ permissionId: id, title, agent, action, createdAt });
  }
  return result;
}

const COUNTED = { allow: 'allowed', deny: 'denied', ask: 'asked' } as const satisfies Record<
  PolicyAction,
  string
>;

/** Whether the user has said the contrary. */
function isAgainst(
  action: 'allow' | 'deny',
  { decision, answer, options }: Pick<Permission, 'decision' | 'answer' | 'options'>,
): boolean {
  if (decision?.by !== 'user') return false;
  const kind = options.find(({ optionId }) => optionId === answer?.optionId)?.kind;
  if (kind === undefined) return false;
  return (action === 'allow') !== kind.startsWith('allow');
}
