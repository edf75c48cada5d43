import type { NewPolicyRule } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';

/** What a rule speaks of, without what it does: `git status *`, `edits src/** by claude`. */
export function ruleSubject({ kind, command, path, agent }: NewPolicyRule): string {
  const w = words.policies;
  // Of a command it goes without saying.
  const kindWord =
    kind === undefined || (kind === 'execute' && command !== undefined) ? undefined : w.kinds[kind];
  const parts = [kindWord, command, path, agent === undefined ? undefined : w.by(agent)];
  return parts.filter((part) => part !== undefined).join(' ') || w.anything;
}

/** `Allow git status *` */
export function ruleText(rule: NewPolicyRule): string {
  return `${words.policies.actions[rule.action]} ${ruleSubject(rule)}`;
}
