import {
  PilotlightError,
  newId,
  toErrorInfo,
  type AnswerPermission,
  type Permission,
  type PermissionOutcome,
  type PermissionRequest,
  type QuestionOutcome,
  type QuestionRequest,
  type Turn,
} from '@pilotlight/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import type { Announcer } from './announcer.ts';
import { AskedBefore } from './asked-before.ts';
import {
  CANCELLED,
  permissionOutcome,
  questionOutcome,
  recordedOutcome,
  type Outcome,
} from './permission-outcome.ts';
import { ToolStream } from './tool-stream.ts';

/** How long a question waits that a full disk did not take, until it is tried again. */
const ROOM_MS = 500;

/**
 * Open questions of agents. Each is a row before anybody sees it, is answered exactly once (the first answer wins),
 * and is released as cancelled when its turn ends.
 */
export class PermissionDesk {
  readonly #announcer: Announcer;
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  /** turn → what ends the wait of its questions for room on the disk */
  readonly #unasked = new Map<string, AbortController>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** For a turn that is taken up: finds again what an earlier server has asked in it. */
  asked(turn: Turn): AskedBefore {
    const rows = this.#announcer.store.permissions.list({ turnIds: [turn.id] });
    return new AskedBefore(rows, (id) => this.#await(id));
  }

  /** `before`: writes what must come before the question; what it throws counts as the store's refusal of the question. */
  async askPermission(
    turn: Turn,
    request: PermissionRequest,
    before: () => void = () => {},
  ): Promise<PermissionOutcome> {
    const { blobs } = this.#announcer.store;
    const outcome = await this.#ask(turn, before, {
      kind: 'permission',
      title: request.toolCall.title || 'The agent asks for permission',
      // Bounded as in the transcript: the row is sent with every state of the question.
      toolCall: () => new ToolStream(request.toolCall, (bytes, type) => blobs.put(bytes, type)).first,
      options: request.options,
      fields: [],
    });
    return permissionOutcome(outcome);
  }

  /** As `askPermission`. */
  async askQuestion(
    turn: Turn,
    request: QuestionRequest,
    before: () => void = () => {},
  ): Promise<QuestionOutcome> {
    const outcome = await this.#ask(turn, before, {
      kind: 'question',
      title: request.message,
      toolCall: () => null,
      options: [],
      fields: request.fields,
    });
    return questionOutcome(outcome);
  }

  /** @throws PilotlightError `permission_not_found`, `permission_answered`, `invalid_request` */
  answer(id: string, body: AnswerPermission): Permission {
    const { store, journal, now } = this.#announcer;
    const permission = store.permissions.get(id);
    if (permission === null)
      throw new PilotlightError('permission_not_found', `There is no permission ${id}.`);
    if (permission.state !== 'pending') {
      const who =
        permission.state === 'answered' ? `answered (${permission.answeredBy ?? 'api'})` : 'released';
      throw new PilotlightError('permission_answered', `This request was already ${who}; nothing changed.`);
    }
    const outcome = checkAnswer(permission, body);
    const { by, ...answer } = body;
    const answered: Permission = {
      ...permission,
      state: 'answered',
      answer,
      answeredBy: by ?? 'api',
      answeredAt: now(),
    };
    journal.commit((scope) => {
      store.permissions.update(answered);
      this.#announcer.permission(scope, answered);
      this.#announcer.refreshChat(scope, permission.chatId);
    });
    this.#settle(id, outcome);
    return answered;
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

  /** A question that a full disk does not take waits until there is room, at most until its turn ends. */
  async #ask(
    turn: Turn,
    before: () => void,
    what: Pick<Permission, 'kind' | 'title' | 'options' | 'fields'> & { toolCall(): Permission['toolCall'] },
  ): Promise<Outcome> {
    for (;;) {
      try {
        before();
        return await this.#open(turn, { ...what, toolCall: what.toolCall() });
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
  #open(
    turn: Turn,
    what: Pick<Permission, 'kind' | 'title' | 'toolCall' | 'options' | 'fields'>,
  ): Promise<Outcome> {
    const { store, journal, now } = this.#announcer;
    const permission: Permission = {
      id: newId('permission'),
      chatId: turn.chatId,
      turnId: turn.id,
      agent: turn.agent,
      state: 'pending',
      ...what,
      answer: null,
      answeredBy: null,
      createdAt: now(),
      answeredAt: null,
    };
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    // Before it is published: who hears of it may answer at once.
    this.#waiting.set(permission.id, resolve);
    try {
      journal.commit((scope) => {
        store.permissions.insert(permission);
        this.#announcer.permission(scope, permission);
        this.#announcer.refreshChat(scope, turn.chatId);
      });
    } catch (error) {
      this.#waiting.delete(permission.id);
      throw error;
    }
    return promise;
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

/** @throws PilotlightError `invalid_request` */
function checkAnswer(permission: Permission, body: AnswerPermission): Outcome {
  if (permission.kind === 'permission') {
    const option = permission.options.find((candidate) => candidate.optionId === body.optionId);
    if (option === undefined) {
      const known = permission.options.map((candidate) => candidate.optionId).join(', ');
      throw new PilotlightError('invalid_request', `Answer with optionId, one of: ${known}.`);
    }
    const message = body.message === undefined ? {} : { message: body.message };
    return { permission: { outcome: 'selected', optionId: option.optionId, ...message } };
  }
  if (body.declined === true) return { question: { action: 'decline' } };
  const answers = body.answers ?? {};
  const missing = permission.fields.filter(
    (field) => field.required && (answers[field.id]?.length ?? 0) === 0,
  );
  if (missing.length > 0) {
    const names = missing.map((field) => field.id).join(', ');
    throw new PilotlightError('invalid_request', `These fields want an answer: ${names}.`);
  }
  return { question: { action: 'accept', answers } };
}
