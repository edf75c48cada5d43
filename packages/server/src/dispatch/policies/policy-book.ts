import {
  PilotlightError,
  newId,
  type NewPolicyRule,
  type Policy,
  type PolicyRule,
  type PolicyScope,
  type UpdatePolicy,
} from '@pilotlight/protocol';
import type { CommitScope } from '../../journal/journal.ts';
import type { Announcer } from '../announcer.ts';
import { inForce, type PolicyInForce } from './decide.ts';

/** As many as a person can still oversee. */
const MAX_RULES = 500;

/** The policies of projects and sessions. */
export class PolicyBook {
  readonly #announcer: Announcer;
  #onChange: (scope: PolicyScope, scopeId: string) => void = () => {};

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** Called after each change; open requests may be answered by it. */
  onChange(listener: (scope: PolicyScope, scopeId: string) => void): void {
    this.#onChange = listener;
  }

  /** @throws PilotlightError `project_not_found`, `session_not_found` */
  get(scope: PolicyScope, scopeId: string): Policy {
    const { store } = this.#announcer;
    const owner = scope === 'project' ? store.projects.get(scopeId) : store.sessions.get(scopeId);
    if (owner === null) throw new PilotlightError(`${scope}_not_found`, `There is no ${scope} ${scopeId}.`);
    return store.policies.get(scope, scopeId) ?? empty(scope, scopeId);
  }

  /** What holds for the requests of a chat. */
  ofChat(chatId: string): PolicyInForce {
    const { store } = this.#announcer;
    const session = store.sessions.get(store.chats.get(chatId)?.sessionId ?? '');
    if (session === null) return inForce(null, null);
    return inForce(
      store.policies.get('session', session.id),
      store.policies.get('project', session.projectId),
    );
  }

  /** @throws PilotlightError `conflict` when it was changed since `revision`, and as `get` */
  update(scope: PolicyScope, scopeId: string, body: UpdatePolicy): Policy {
    const before = this.get(scope, scopeId);
    if (body.revision !== undefined && body.revision !== before.revision) {
      throw new PilotlightError(
        'conflict',
        `The policy of ${scope} ${scopeId} was changed meanwhile: it is at revision ${before.revision}, not ` +
          `${body.revision}. Nothing was changed; read it again and repeat the change.`,
        { details: { revision: before.revision } },
      );
    }
    const known = new Map(before.rules.map((rule) => [rule.id, rule]));
    const rules = body.rules?.map(({ id = '', ...rule }) => this.#rule(rule, known.get(id)));
    return this.#write({
      ...before,
      ...(body.mode === undefined ? {} : { mode: body.mode }),
      ...(body.answerWithin === undefined ? {} : { answerWithin: body.answerWithin }),
      ...(rules === undefined ? {} : { rules }),
    });
  }

  /** `at`: its place among the rules, the first when left out. @throws as `get`, `invalid_request` */
  add(scope: PolicyScope, scopeId: string, rule: NewPolicyRule, at = 0): Policy {
    const before = this.get(scope, scopeId);
    return this.#write({ ...before, rules: before.rules.toSpliced(at, 0, this.#rule(rule)) });
  }

  /** @throws PilotlightError `not_found`, and as `get` */
  remove(scope: PolicyScope, scopeId: string, ruleId: string): Policy {
    const before = this.get(scope, scopeId);
    const rules = before.rules.filter(({ id }) => id !== ruleId);
    if (rules.length === before.rules.length) {
      throw new PilotlightError('not_found', `The policy of ${scope} ${scopeId} has no rule ${ruleId}.`);
    }
    return this.#write({ ...before, rules });
  }

  /**
   * Keeps an "always" as the first rules, within a larger commit; a rule that is there already is not made twice. Call
   * `changed` when it is committed.
   */
  remember(
    commit: CommitScope,
    { scope, scopeId }: { scope: PolicyScope; scopeId: string },
    rules: readonly NewPolicyRule[],
    permissionId: string,
  ): void {
    const before = this.get(scope, scopeId);
    const known = new Set(before.rules.map(says));
    const made = rules
      .filter((rule) => !known.has(says(rule)))
      .map((rule) => ({ ...this.#rule(rule), permissionId }));
    if (made.length > 0)
      this.#announcer.policy(commit, this.#next({ ...before, rules: [...made, ...before.rules] }));
  }

  changed(scope: PolicyScope, scopeId: string): void {
    this.#onChange(scope, scopeId);
  }

  #write(policy: Policy): Policy {
    const next = this.#next(policy);
    this.#announcer.journal.commit((commit) => this.#announcer.policy(commit, next));
    this.changed(policy.scope, policy.scopeId);
    return next;
  }

  #next(policy: Policy): Policy {
    if (policy.rules.length > MAX_RULES) {
      throw new PilotlightError(
        'invalid_request',
        `A policy takes at most ${MAX_RULES} rules; take back some of ${policy.scope} ${policy.scopeId}.`,
      );
    }
    return { ...policy, revision: policy.revision + 1, updatedAt: this.#announcer.now() };
  }

  /** `before`: the rule it was; one that says something else now was written by somebody. */
  #rule(rule: NewPolicyRule, before?: PolicyRule): PolicyRule {
    if (before !== undefined && says(before) === says(rule)) return before;
    return {
      ...rule,
      id: before?.id ?? newId('rule'),
      permissionId: null,
      createdAt: before?.createdAt ?? this.#announcer.now(),
    };
  }
}

function says({ action, kind, command, path, agent }: NewPolicyRule): string {
  return JSON.stringify([action, kind, command, path, agent]);
}

function empty(scope: PolicyScope, scopeId: string): Policy {
  return { scope, scopeId, mode: null, answerWithin: null, rules: [], revision: 0, updatedAt: null };
}
