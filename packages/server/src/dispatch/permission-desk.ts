import {
  PilotlightError,
  newId,
  toErrorInfo,
  type AnswerPermission,
  type Permission,
  type PermissionDecision,
  type PermissionOutcome,
  type PermissionRequest,
  type PolicyScope,
  type QuestionOutcome,
  type QuestionRequest,
  type Turn,
} from '@pilotlight/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import { AnswerDeadlines } from './answer-deadlines.ts';
import type { Announcer } from './announcer.ts';
import { AskedBefore } from './asked-before.ts';
import { checkAnswer } from './permission-answer.ts';
import {
  CANCELLED,
  permissionOutcome,
  questionOutcome,
  recordedOutcome,
  type Outcome,
} from './permission-outcome.ts';
import { answeredByPolicy, answeredTooLate } from './policies/answers.ts';
import { alwaysAction, alwaysRules } from './policies/always-rules.ts';
import type { PolicyBook } from './policies/policy-book.ts';
import { subjectOf } from './policies/subject.ts';
import { ToolStream } from './tool-stream.ts';

/** How long a question waits that a full disk did not take, until it is tried again. */
const ROOM_MS = 500;

/** A question before it has a row. */
type Draft = Pick<
  Permission,
  'kind' | 'title' | 'toolCall' | 'options' | 'fields' | 'url' | 'subject' | 'always'
>;

/**
 * Questions of agents. Each is a row before anybody sees it, is answered exactly once (by a policy at once, by its deadline, or
 * by the first user), and is released as cancelled when its turn ends.
 */
export class PermissionDesk implements Disposable {
  readonly #announcer: Announcer;
  readonly #policies: PolicyBook;
  readonly #deadlines: AnswerDeadlines;
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  /** turn → what ends the wait of its questions for room on the disk */
  readonly #unasked = new Map<string, AbortController>();

  constructor(announcer: Announcer, policies: PolicyBook) {
    this.#announcer = announcer;
    this.#policies = policies;
    policies.onChange((scope, scopeId) => this.#reconsider(scope, scopeId));
    const { now } = announcer;
    this.#deadlines = new AnswerDeadlines({
      next: () => this.#nextDeadline(),
      expire: () => this.expire(),
      now,
    });
  }

  /** From now on deadlines count, those of questions that an earlier server has asked too. */
  watchDeadlines(): void {
    this.#deadlines.look();
  }

  [Symbol.dispose](): void {
    this.#deadlines[Symbol.dispose]();
  }

  /** For a turn that is taken up: finds again what an earlier server has asked in it. */
  asked(turn: Turn): AskedBefore {
    const rows = this.#announcer.store.permissions.list({ turnIds: [turn.id] });
    return new AskedBefore(rows, (id) => this.#await(id));
  }

  /**
   * `folder`: where the turn works. `before`: writes what must come before the question; what it throws counts as the store's
   * refusal of the question.
   */
  async askPermission(
    turn: Turn,
    request: PermissionRequest,
    folder: string,
    before: () => void = () => {},
  ): Promise<PermissionOutcome> {
    const { blobs } = this.#announcer.store;
    const { toolCall, options, about } = request;
    const subject = subjectOf(toolCall, about, folder);
    const actions = new Set(options.map(alwaysAction).filter((action) => action !== null));
    const outcome = await this.#ask(turn, before, () => ({
      kind: 'permission',
      title: toolCall.title || 'The agent asks for permission',
      // Bounded as in the transcript: the row is sent with every state of the question.
      toolCall: new ToolStream(toolCall, (bytes, type) => blobs.put(bytes, type)).first,
      options,
      fields: [],
      url: null,
      subject,
      always: [...actions].flatMap((action) => alwaysRules(subject, action)),
    }));
    return permissionOutcome(outcome);
  }

  /** `before` as in `askPermission`. */
  async askQuestion(
    turn: Turn,
    request: QuestionRequest,
    before: () => void = () => {},
  ): Promise<QuestionOutcome> {
    const { message, fields, url = null } = request;
    const draft: Draft = {
      kind: 'question',
      title: message,
      toolCall: null,
      options: [],
      fields,
      url,
      subject: null,
      always: [],
    };
    return questionOutcome(await this.#ask(turn, before, () => draft));
  }

  /**
   * The user's answer. An "always" becomes rules where it can be said in rules.
   * @throws PilotlightError `permission_not_found`, `permission_answered`, `invalid_request`
   */
  answer(id: string, body: AnswerPermission): Permission {
    const { store } = this.#announcer;
    const permission = store.permissions.get(id);
    if (permission === null)
      throw new PilotlightError('permission_not_found', `There is no permission ${id}.`);
    if (permission.state !== 'pending') throw alreadyAnswered(permission);
    const { answer, remembered } = checkAnswer(permission, body);
    const session = store.sessions.get(store.chats.get(permission.chatId)?.sessionId ?? '');
    const target =
      remembered === null || session === null
        ? null
        : {
            scope: remembered.scope,
            scopeId: remembered.scope === 'session' ? session.id : session.projectId,
          };
    const answered = this.#answered(permission, answer, body.by ?? 'api', { by: 'user' }, (commit) => {
      if (target !== null && remembered !== null)
        this.#policies.remember(commit, target, remembered.rules, id);
    });
    if (target !== null) this.#policies.changed(target.scope, target.scopeId);
    return answered;
  }

  /** Refuses what nobody answered in time. */
  expire(): void {
    const { store, now } = this.#announcer;
    const at = now();
    for (const permission of store.permissions.list({ state: 'pending' })) {
      if (permission.deadlineAt === null || permission.deadlineAt > at) continue;
      this.#answered(permission, answeredTooLate(permission), 'deadline', { by: 'deadline' });
    }
  }

  /** Releases what a turn left open. Call it when the turn ends, before its fold. */
  release(turnId: string): void {
    this.#unasked.get(turnId)?.abort();
    this.#unasked.delete(turnId);
    const { store, journal, now } = this.#announcer;
    const open = store.permissions.list({ turnIds: [turnId], state: 'pending' });
    if (open.length === 0) return;
    journal.commit((scope) => {
      for (const permission of open) {
        const released: Permission = { ...permission, state: 'cancelled', answeredAt: now() };
        store.permissions.update(released);
        this.#announcer.permission(scope, released);
      }
    });
    for (const permission of open) this.#settle(permission.id, CANCELLED);
  }

  /** A policy changed: what is open and it decides is answered now. */
  #reconsider(scope: PolicyScope, scopeId: string): void {
    const { store } = this.#announcer;
    for (const permission of store.permissions.list({ state: 'pending' })) {
      const sessionId = store.chats.get(permission.chatId)?.sessionId ?? '';
      const concerned = scope === 'session' ? sessionId : store.sessions.get(sessionId)?.projectId;
      if (concerned !== scopeId) continue;
      const decided = answeredByPolicy(permission, this.#policies.ofChat(permission.chatId));
      if (decided !== null) this.#answered(permission, decided.answer, decided.decision.by, decided.decision);
    }
  }

  /** A question that a full disk does not take waits until there is room, at most until its turn ends. */
  async #ask(turn: Turn, before: () => void, draft: () => Draft): Promise<Outcome> {
    for (;;) {
      try {
        before();
        return await this.#open(turn, draft());
      } catch (error) {
        if (toErrorInfo(error).code !== 'store_full') throw error;
      }
      const ended = this.#unasked.get(turn.id) ?? new AbortController();
      this.#unasked.set(turn.id, ended);
      await pause(ROOM_MS, undefined, { signal: ended.signal, ref: false }).catch(() => {});
      if (ended.signal.aborted) return CANCELLED;
    }
  }

  /** @throws when the store refuses; then nobody was asked */
  #open(turn: Turn, draft: Draft): Promise<Outcome> {
    const { now } = this.#announcer;
    const policy = this.#policies.ofChat(turn.chatId);
    const at = now();
    const permission: Permission = {
      id: newId('permission'),
      chatId: turn.chatId,
      turnId: turn.id,
      agent: turn.agent,
      state: 'pending',
      ...draft,
      deadlineAt: policy.answerWithin === null ? null : at + policy.answerWithin * 1000,
      answer: null,
      answeredBy: null,
      decision: null,
      createdAt: at,
      answeredAt: null,
    };
    const decided = answeredByPolicy(permission, policy);
    if (decided !== null) {
      const { answer, decision } = decided;
      const row: Permission = {
        ...permission,
        state: 'answered',
        // The transcript has the whole call; nobody has to look at it here.
        toolCall: permission.toolCall && { ...permission.toolCall, content: [] },
        deadlineAt: null,
        answer,
        answeredBy: decision.by,
        decision,
        answeredAt: at,
      };
      this.#insert(row);
      return Promise.resolve(recordedOutcome(row));
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    // Before it is published: who hears of it may answer at once.
    this.#waiting.set(permission.id, resolve);
    try {
      this.#insert(permission);
    } catch (error) {
      this.#waiting.delete(permission.id);
      throw error;
    }
    if (permission.deadlineAt !== null) this.#deadlines.look();
    return promise;
  }

  #insert(permission: Permission): void {
    const { store, journal } = this.#announcer;
    journal.commit((scope) => {
      store.permissions.insert(permission);
      this.#announcer.permission(scope, permission);
      if (permission.state === 'pending') this.#announcer.refreshChat(scope, permission.chatId);
    });
  }

  /** The one way by which an open question becomes an answered one. */
  #answered(
    permission: Permission,
    answer: NonNullable<Permission['answer']>,
    answeredBy: string,
    decision: PermissionDecision,
    within: (scope: Parameters<Parameters<Announcer['journal']['commit']>[0]>[0]) => void = () => {},
  ): Permission {
    const { store, journal, now } = this.#announcer;
    const answered: Permission = {
      ...permission,
      state: 'answered',
      answer,
      answeredBy,
      decision,
      answeredAt: now(),
    };
    journal.commit((scope) => {
      store.permissions.update(answered);
      this.#announcer.permission(scope, answered);
      this.#announcer.refreshChat(scope, permission.chatId);
      within(scope);
    });
    this.#settle(permission.id, recordedOutcome(answered));
    return answered;
  }

  #nextDeadline(): number | null {
    const open = this.#announcer.store.permissions.list({ state: 'pending' });
    const deadlines = open.flatMap(({ deadlineAt }) => deadlineAt ?? []);
    return deadlines.length === 0 ? null : Math.min(...deadlines);
  }

  /** The answer to a question that was open when an earlier server died; it may have been answered since. */
  #await(id: string): Promise<Outcome> {
    const row = this.#announcer.store.permissions.get(id);
    if (row !== null && row.state !== 'pending') return Promise.resolve(recordedOutcome(row));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #settle(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }
}

function alreadyAnswered({
  id,
  state,
  answer,
  answeredBy,
  answeredAt,
  decision,
}: Permission): PilotlightError {
  const who = state === 'answered' ? `answered (${answeredBy ?? 'api'})` : 'released when its turn ended';
  return new PilotlightError('permission_answered', `This request was already ${who}; nothing changed.`, {
    details: { permissionId: id, state, answer, answeredBy, answeredAt, decision },
  });
}
