import type {
  PermissionDecision,
  PermissionSubject,
  Policy,
  PolicyAction,
  PolicyMode,
  PolicyRule,
  PolicyScope,
} from '@pilotlight/protocol';
import { allowedByMode } from './allowed-by-mode.ts';
import { itemsOf, matchRule, type Item } from './match-rule.ts';

/** A rule and whose it is. */
export interface ScopedRule {
  rule: PolicyRule;
  scope: PolicyScope;
}

/** All that speaks of one chat's requests: rules in their order, and the mode. */
export interface PolicyInForce {
  rules: readonly ScopedRule[];
  mode: PolicyMode;
  modeScope: PolicyScope;
  /** seconds; null: a request waits */
  answerWithin: number | null;
}

export interface Verdict {
  action: PolicyAction;
  /** what decided; null: nothing did, so the user is asked */
  decision: PermissionDecision | null;
}

const ASK: Verdict = { action: 'ask', decision: null };

/** The session's rules before the project's; the session's mode and deadline, where it has any. */
export function inForce(session: Policy | null, project: Policy | null): PolicyInForce {
  const rules = [session, project].flatMap(
    (policy) => policy?.rules.map((rule): ScopedRule => ({ rule, scope: policy.scope })) ?? [],
  );
  return {
    rules,
    mode: session?.mode ?? project?.mode ?? 'ask',
    modeScope: session?.mode == null ? 'project' : 'session',
    answerWithin: session?.answerWithin ?? project?.answerWithin ?? null,
  };
}

/**
 * The first rule that applies decides, for each command and each path by itself; what is denied once is denied, and only what
 * is allowed throughout is allowed. What no rule speaks of is left to the mode. Whether a rule that asks or denies applies may
 * not be known: then the user is asked.
 */
export function decide(policy: PolicyInForce, subject: PermissionSubject, agent: string): Verdict {
  const found = itemsOf(subject, agent).map((item) => firstRule(policy.rules, item));
  const ruled = found.filter((each) => each !== 'ask' && each !== null);
  const denied = ruled.find(({ rule }) => rule.action === 'deny');
  if (denied !== undefined) return byRule(denied);
  if (found.includes('ask') || ruled.some(({ rule }) => rule.action === 'ask')) return ASK;
  const [allowing] = ruled;
  if (allowing !== undefined && ruled.length === found.length) return byRule(allowing);
  return allowedByMode(policy.mode, subject)
    ? { action: 'allow', decision: { by: 'mode', mode: policy.mode, scope: policy.modeScope } }
    : ASK;
}

/** null: no rule speaks of it. `ask`: one may, and it does not allow. */
function firstRule(rules: readonly ScopedRule[], item: Item): ScopedRule | 'ask' | null {
  for (const scoped of rules) {
    const match = matchRule(scoped.rule, item);
    if (match === 'yes') return scoped;
    if (match === 'unknown' && scoped.rule.action !== 'allow') return 'ask';
  }
  return null;
}

function byRule({ rule, scope }: ScopedRule): Verdict {
  return { action: rule.action, decision: { by: 'rule', rule, scope } };
}
