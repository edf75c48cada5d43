/**
 * One prompt in one ACP session.
 *
 *     running ──answer──▶ ended
 *        │ ctx.signal aborts, or an event cannot be taken
 *        ▼
 *     cancelling: session/cancel ──answer──▶ ended (acknowledged)
 *        │ deadline
 *        ▼
 *     session/close, where offered ──answer──▶ ended (session_closed)
 *        │ refused or deadline
 *        ▼
 *     the process is ended ──▶ ended (process_ended)
 *
 * Open questions are released as cancelled as soon as the turn is cancelled or has ended. There is no overall deadline.
 */
import type { ContentBlock as AcpContentBlock, PromptRequest } from '@agentclientprotocol/sdk';
import {
  PilotlightError,
  toErrorInfo,
  type AgentEvent,
  type PermissionOutcome,
  type PromptCtx,
  type PromptInput,
  type TurnResult,
} from '@pilotlight/protocol';
import { CANCELLED_EARLY, cancelledBy, type CancelEnd } from '../cancelled-by.ts';
import type { AcpSession, TurnSink } from './acp-session.ts';
import { loginRefusalOf } from '../login-refusal.ts';
import { agentError, loginNeeded, sessionIsLost } from './agent-errors.ts';
import { elicitationAnswer, questionRequest } from './elicitation.ts';
import { responseUsage } from './meta-conventions.ts';
import {
  CANCELLED,
  isRefused,
  permissionAnswer,
  permissionRequest,
  refusal,
  type PermissionAnswer,
} from './permission-request.ts';
import { promptContent } from './prompt-content.ts';
import type { RequestOptions } from './connection.ts';
import { asObject, asString, at, type RawObject } from './raw-values.ts';
import { TURN_META, type SentPrompt } from './sent-lines.ts';
import { stopNotice } from './stop-reason.ts';

type Answer = { result: unknown } | { error: unknown };
/** What shows that the agent has taken up the prompt. */
const WORK: ReadonlySet<AgentEvent['type']> = new Set([
  'text',
  'reasoning',
  'tool_call',
  'tool_update',
  'plan',
  'content',
]);

export class PromptTurn implements TurnSink {
  readonly #session: AcpSession;
  readonly #ctx: PromptCtx;
  /** Aborted when questions need no answer any more. */
  readonly #closed = new AbortController();
  /** Aborted when nobody waits for the answer to the prompt any more. */
  readonly #dropped = new AbortController();
  /** Aborted when an event could not be taken; the reason is the error. */
  readonly #failed = new AbortController();
  /** Aborted when an earlier server has told the agent to stop. */
  readonly #cancelledBefore = new AbortController();
  #refused = false;
  #worked = false;
  #onlySpoke = true;
  /** the beginning of what it said */
  #said = '';
  #lost = false;

  constructor(session: AcpSession, ctx: PromptCtx) {
    this.#session = session;
    this.#ctx = ctx;
  }

  /** Whether the agent refused the prompt because it does not have the session any more. */
  get sessionLost(): boolean {
    return this.#lost;
  }

  /** Never rejects; what went wrong is in the result. */
  async run(input: PromptInput): Promise<TurnResult> {
    try {
      const { process, root } = this.#session;
      const prompt = promptContent(process.agent.name, input.content, process.capabilities, root);
      if (this.#ctx.signal.aborted) return { ok: false, error: CANCELLED_EARLY };
      return await this.#run((options) => this.#ask(prompt as AcpContentBlock[], options));
    } catch (cause) {
      return { ok: false, error: toErrorInfo(cause) };
    }
  }

  /** As `run`, of a prompt that an earlier server has sent. Listens when this returns. */
  async takeUp(sent: SentPrompt, onCaughtUp: () => void): Promise<TurnResult> {
    const { connection } = this.#session.process;
    let isTold = false;
    const told = (): void => {
      if (!isTold) onCaughtUp();
      isTold = true;
    };
    // What was said up to the answer is all told when the answer has become the result.
    void connection.caughtUp.then(() => this.#closed.signal.aborted || told());
    if (sent.isCancelled) this.#cancelledBefore.abort();
    try {
      const ask = (options: RequestOptions) =>
        answerOf(connection.expect(sent.id, 'session/prompt', options));
      return await this.#run(ask, sent.offset);
    } catch (cause) {
      return { ok: false, error: toErrorInfo(cause) };
    } finally {
      told();
    }
  }

  event(event: AgentEvent): void {
    if (this.#failed.signal.aborted) return;
    this.#worked ||= WORK.has(event.type);
    this.#onlySpoke &&= event.type === 'text' || !WORK.has(event.type);
    if (event.type === 'text' && this.#said.length < 1000) this.#said += event.text;
    try {
      this.#ctx.onEvent(event);
    } catch (cause) {
      this.#failed.abort(cause);
    }
  }

  async permission(params: RawObject): Promise<PermissionAnswer> {
    const tool = this.#session.mapper.permissionTool(params['toolCall'], (event) => this.event(event));
    const request = tool && permissionRequest(params, tool);
    if (!request || this.#closed.signal.aborted) return CANCELLED;
    const ask = this.#ctx.onPermission?.(request) ?? Promise.resolve(refusal(request.options));
    const cancelled: PermissionOutcome = { outcome: 'cancelled' };
    const outcome = await Promise.race([
      ask.catch(() => cancelled),
      whenAborted(this.#closed.signal, cancelled),
    ]);
    this.#refused ||= isRefused(request.options, outcome);
    return permissionAnswer(request.options, outcome);
  }

  async question(params: RawObject): Promise<unknown> {
    const request = questionRequest(params);
    if (!request || this.#closed.signal.aborted) return { action: 'cancel' };
    const cancelled = { action: 'cancel' } as const;
    const ask = this.#ctx.onQuestion?.(request) ?? Promise.resolve({ action: 'decline' } as const);
    const outcome = await Promise.race([
      ask.catch(() => cancelled),
      whenAborted(this.#closed.signal, cancelled),
    ]);
    return elicitationAnswer(params, outcome);
  }

  drop(): void {
    this.#dropped.abort(
      new PilotlightError('cancelled', 'The agent session was closed.', {
        details: { by: 'session_closed' },
      }),
    );
  }

  async #run(ask: (options: RequestOptions) => Promise<Answer>, sentFrom?: number): Promise<TurnResult> {
    const session = this.#session;
    session.beginTurn(this, sentFrom);
    try {
      // Closed before the next message is looked at: what comes behind the answer is not of this turn.
      const answer = ask({ signal: this.#dropped.signal, onAnswer: () => this.#close() });
      const stop = AbortSignal.any([this.#ctx.signal, this.#failed.signal, this.#cancelledBefore.signal]);
      const first = await Promise.race([answer, whenAborted(stop, null)]);
      if (first !== null) return this.#result(first);
      const by = await this.#cancel(answer);
      return { ok: false, error: this.#failure() ?? cancelledBy(session.process.agent.name, by) };
    } finally {
      this.#close();
    }
  }

  #ask(prompt: AcpContentBlock[], options: RequestOptions): Promise<Answer> {
    const { id, process } = this.#session;
    const { turnId } = this.#ctx;
    // Before the prompt itself: a later server reads no more than the beginning of the line.
    const meta = turnId === undefined ? {} : { _meta: { [TURN_META]: turnId } };
    const params: PromptRequest = { sessionId: id, ...meta, prompt };
    return answerOf(process.connection.request('session/prompt', params, options));
  }

  #close(): void {
    if (this.#closed.signal.aborted && !this.#session.isBusy) return;
    this.#closed.abort('ended');
    this.#session.endTurn();
  }

  #failure(): TurnResult['error'] | null {
    return this.#failed.signal.aborted ? toErrorInfo(this.#failed.signal.reason) : null;
  }

  #result(answer: Answer): TurnResult {
    const { agent, child } = this.#session.process;
    if ('error' in answer) {
      this.#lost = !this.#worked && sessionIsLost(answer.error);
      const resetsAt = this.#session.mapper.limitResetsAt;
      const error = toErrorInfo(
        agentError(agent, 'run the prompt', answer.error, child.stderrTail(), resetsAt),
      );
      const details = this.#lost ? { ...error.details, sent: false } : error.details;
      return { ok: false, error: { ...error, ...(details === undefined ? {} : { details }) } };
    }
    const said = responseUsage(answer.result);
    if (said) this.event({ type: 'usage', usage: said.usage, turn: { tokens: said.tokens } });
    const refusal = this.#onlySpoke ? loginRefusalOf(this.#said) : null;
    if (refusal !== null) return { ok: false, error: toErrorInfo(loginNeeded(agent, refusal)) };
    const trace = { worked: this.#worked, refused: this.#refused };
    const notice = stopNotice(agent.name, asString(at(answer.result, ['stopReason'])), trace);
    if (notice) this.event(notice);
    const error = this.#failure();
    return error ? { ok: false, error } : { ok: true };
  }

  async #cancel(answer: Promise<Answer>): Promise<CancelEnd> {
    const { id, process } = this.#session;
    const { cancel, close } = process.agent.deadlines;
    if (!this.#cancelledBefore.signal.aborted) process.connection.notify('session/cancel', { sessionId: id });
    this.#closed.abort('cancelled');
    const answered = await within(answer, cancel);
    if (answered) return this.#endedBy(answered);
    if (process.capabilities.close) {
      const closing = process.connection.request('session/close', { sessionId: id }, { deadlineMs: close });
      const closed = await closing.then(
        () => true,
        () => false,
      );
      if (closed) {
        await this.#session.detach();
        return 'session_closed';
      }
    }
    await process.end();
    return 'process_ended';
  }

  #endedBy(answer: Answer): CancelEnd {
    if ('error' in answer && answer.error instanceof PilotlightError) {
      const by = asString(asObject(answer.error.details)?.['by']);
      return by === 'session_closed' ? 'session_closed' : 'process_ended';
    }
    // Whatever it answered, an error about the abort included: it has stopped.
    return 'acknowledged';
  }
}

function answerOf(request: Promise<unknown>): Promise<Answer> {
  return request.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
}

function whenAborted<T>(signal: AbortSignal, value: T): Promise<T> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(value);
    else signal.addEventListener('abort', () => resolve(value), { once: true });
  });
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  const timeout = Promise.withResolvers<null>();
  const timer = setTimeout(timeout.resolve, milliseconds, null);
  return Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
}
