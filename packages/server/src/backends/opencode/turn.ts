// One turn of one opencode conversation: sends the prompt, follows the events, asks the user, and says how it ended.
//
//   sending ──► following ──► settled            cancel: abort, wait for idle, refuse what is left, read the rest
//                 │    ▲
//   stream broke, │    │ what was missed was read from the server and events that came meanwhile were applied
//   or no proof   ▼    │
//   of the end  catching up
//
// It resolves exactly once, and emits nothing afterwards.
import type { AgentEvent, ErrorInfo, PromptCtx, TurnResult } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { CANCELLED_EARLY, cancelledBy } from '../cancelled-by.ts';
import { newMessageId } from './ascending-id.ts';
import { splitModel } from './catalog.ts';
import type { EventMapper } from './event-mapper.ts';
import { HttpAnswerError, type OpenCodeHttp } from './http.ts';
import type { OpenCodePrompt } from './prompt-input.ts';
import { messagesSince, storedTurn } from './stored-messages.ts';
import { TurnAsks } from './turn-asks.ts';
import { turnOutcome, type AgentWords, type TurnOutcome } from './turn-outcome.ts';
import { TurnProgress, type Verdict } from './turn-progress.ts';
import { asList, asObject, readRecord, type SessionRecord, type WireStatus } from './wire.ts';

const CALL_TIMEOUT_MS = 30_000;
/** How often, and with which pause, the server is asked for what was missed before the turn goes on without it. */
const CATCH_UP_ATTEMPTS = 20;
const CATCH_UP_PAUSE_MS = 500;
/** How long a stopped turn may take to show that it began at all: an abort before that stops nothing. */
const BEGIN_MS = 3000;

export interface TurnOptions {
  http: OpenCodeHttp;
  sessionId: string;
  directory: string;
  mapper: EventMapper;
  ctx: PromptCtx;
  prompt: OpenCodePrompt;
  model: string | null;
  mode: string;
  variant: string | null;
  agent: AgentWords;
  /** ms between a cancel and giving up on it */
  cancelMs: number;
  /** a sub-agent's session became known */
  onChild(sessionId: string): void;
  /** the turn has settled; records from here on are not its own */
  onSettled(): void;
}

export class Turn {
  readonly #options: TurnOptions;
  readonly #promptId = newMessageId();
  readonly #progress: TurnProgress;
  readonly #asks: TurnAsks;
  readonly #done = Promise.withResolvers<TurnResult>();
  readonly #accepted = Promise.withResolvers<void>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #startedAt = performance.now();
  #settled = false;
  #stopped = false;
  #check: NodeJS.Timeout | undefined;
  /** records that came while the turn was catching up; null: they are applied as they come */
  #waiting: SessionRecord[] | null = null;
  #catchUps = 0;

  constructor(options: TurnOptions) {
    const { http, directory, mapper, ctx, sessionId } = options;
    this.#options = options;
    this.#progress = new TurnProgress(sessionId, this.#promptId);
    this.#asks = new TurnAsks({ http, directory, mapper, ctx });
  }

  async run(): Promise<TurnResult> {
    const { signal } = this.#options.ctx;
    if (signal.aborted) this.#fail(CANCELLED_EARLY);
    let cancelled: Promise<void> | undefined;
    const onAbort = (): void => {
      cancelled = this.#cancel();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (!this.#settled) void this.#send();
    try {
      const result = await this.#done.promise;
      await cancelled;
      return result;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  receive(record: SessionRecord): void {
    if (this.#waiting === null) this.#process(record);
    else this.#waiting.push(record);
  }

  streamBroke(): void {
    this.#options.mapper.streamBroke();
    this.#waiting ??= [];
  }

  streamReopened(): void {
    void this.#catchUp(false);
  }

  /** The server is gone. */
  serverEnded(error: ErrorInfo): void {
    const stopped = cancelledBy(this.#options.agent.name, 'process_ended');
    this.#settle({ result: { ok: false, error: this.#stopped ? stopped : error }, notices: [] });
  }

  async #send(): Promise<void> {
    const { http, sessionId, directory, prompt, model, mode, variant } = this.#options;
    const common = {
      messageID: this.#promptId,
      agent: mode,
      ...(variant === null ? {} : { variant }),
      parts: prompt.parts,
    };
    try {
      if (prompt.kind === 'command') {
        const body = {
          ...common,
          command: prompt.command,
          arguments: prompt.arguments,
          ...(model === null ? {} : { model }),
        };
        // Answers when the turn ends.
        await http.post(`/session/${sessionId}/command`, { directory, body });
      } else {
        const body = { ...common, ...(model === null ? {} : { model: splitModel(model) }) };
        await http.post(`/session/${sessionId}/prompt_async`, {
          directory,
          body,
          timeoutMs: CALL_TIMEOUT_MS,
        });
      }
    } catch (error) {
      await this.#onSendFailed(error);
    } finally {
      this.#accepted.resolve();
    }
  }

  /** The connection may have failed after the prompt had arrived: then it runs, and must not be sent again. */
  async #onSendFailed(cause: unknown): Promise<void> {
    const { http, sessionId, agent } = this.#options;
    const refused = cause instanceof HttpAnswerError;
    const stored = await messagesSince(http, sessionId, this.#promptId).catch(() => null);
    if (stored !== null && (!refused || this.#progress.newest() !== null)) return void this.#catchUp(false);
    // A dead server says more about itself in a moment.
    if (!refused) await Promise.race([delay(1000), this.#done.promise]);
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#fail({ code: 'agent_failed', message: `${agent.name} did not take the prompt: ${reason}` });
  }

  #process(record: SessionRecord): void {
    this.#emit(this.#options.mapper.apply(record));
    this.#asks.receive(record);
    const verdict = this.#progress.observe(record);
    if (this.#progress.busy) this.#begun.resolve();
    if (verdict !== null) this.#judge(verdict);
  }

  #judge(verdict: Verdict): void {
    clearTimeout(this.#check);
    if (verdict.kind === 'finished') this.#finish();
    if (verdict.kind === 'check' && !this.#settled)
      this.#check = setTimeout(() => void this.#catchUp(true), verdict.inMs);
  }

  #emit(events: readonly AgentEvent[]): void {
    for (const event of events) this.#options.ctx.onEvent(event);
  }

  /** Reads from the server what the stream may have missed. `last`: an idle session has had its time to say more. */
  async #catchUp(last: boolean): Promise<void> {
    const number = ++this.#catchUps;
    this.#waiting ??= [];
    const superseded = (): boolean => this.#settled || number !== this.#catchUps;
    for (let attempt = 1; !superseded(); attempt += 1) {
      try {
        const status = await this.#readStatus();
        if (!superseded()) await this.#readMissed(status, superseded);
        if (!superseded()) this.#caughtUp(status, last);
        return;
      } catch (error) {
        // The server is slow or gone; if it is gone the turn is told.
        if (attempt >= CATCH_UP_ATTEMPTS) return this.#fail(unreadable(this.#options.agent, error));
        await delay(CATCH_UP_PAUSE_MS);
      }
    }
  }

  async #readStatus(): Promise<WireStatus> {
    const { http, directory, sessionId } = this.#options;
    const all = asObject(await http.get('/session/status', { directory, timeoutMs: CALL_TIMEOUT_MS }));
    // Sessions that are idle are not listed.
    return sessionId in all ? asObject(all[sessionId]) : { type: 'idle' };
  }

  /** Everything but the status; applied at once when it is all there. */
  async #readMissed(status: WireStatus, superseded: () => boolean): Promise<void> {
    const { http, sessionId, mapper, onChild } = this.#options;
    const options = { timeoutMs: CALL_TIMEOUT_MS };
    const [stored, info, todos, asks] = await Promise.all([
      // A sub-agent's events come here from now on; what came before is read.
      storedTurn(http, sessionId, this.#promptId, onChild),
      http.get(`/session/${sessionId}`, options),
      http.get(`/session/${sessionId}/todo`, options),
      this.#asks.listOpen(),
    ]);
    if (superseded()) return;
    this.#emit(mapper.apply({ type: 'session.status', sessionID: sessionId, status }));
    this.#emit(mapper.applyStored(stored ?? new Map()));
    this.#progress.observeStored(stored?.get(sessionId) ?? []);
    const records = [
      readRecord({ type: 'session.updated', properties: { info } }),
      readRecord({ type: 'todo.updated', properties: { sessionID: sessionId, todos: asList(todos) } }),
    ];
    for (const record of records) if (record !== null) this.#emit(mapper.apply(record));
    for (const ask of asks) if (this.#isOurs(ask.sessionID)) this.#asks.receive(ask);
  }

  #caughtUp(status: WireStatus, last: boolean): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    const { sessionId } = this.#options;
    if (status.type === 'idle')
      this.#judge(this.#progress.idleNow(last, performance.now() - this.#startedAt));
    else
      this.#judge(
        this.#progress.observe({ type: 'session.status', sessionID: sessionId, status }) ?? {
          kind: 'running',
        },
      );
    if (this.#progress.busy) this.#begun.resolve();
    for (const record of waiting) if (!this.#settled) this.#process(record);
  }

  #isOurs(sessionId: string): boolean {
    return sessionId === this.#options.sessionId || this.#options.mapper.children.has(sessionId);
  }

  async #cancel(): Promise<void> {
    const { http, sessionId, directory, cancelMs } = this.#options;
    this.#stopped = true;
    const deadline = AbortSignal.timeout(cancelMs);
    const gaveUp = new Promise<void>((resolve) =>
      deadline.addEventListener('abort', () => resolve(), { once: true }),
    );
    const options = { directory, signal: deadline };
    const stop = async (): Promise<void> => {
      await Promise.race([this.#accepted.promise, this.#begun.promise]);
      await Promise.race([this.#begun.promise, this.#done.promise, delay(BEGIN_MS)]);
      do {
        await http.post(`/session/${sessionId}/abort`, options);
        await this.#asks.rejectLeft((id) => this.#isOurs(id));
      } while ((await this.#readStatus()).type !== 'idle' && !deadline.aborted);
      if (!this.#settled) await this.#catchUp(true);
      await this.#done.promise;
    };
    await Promise.race([stop().catch(() => gaveUp), gaveUp]);
    this.#fail(cancelledBy(this.#options.agent.name, 'session_closed'));
  }

  #finish(): void {
    const { newest, error } = { newest: this.#progress.newest(), error: this.#progress.error };
    this.#settle(
      turnOutcome(
        { newest, error, stopped: this.#stopped, refused: this.#asks.refused },
        this.#options.agent,
      ),
    );
  }

  #fail(error: ErrorInfo): void {
    this.#settle({ result: { ok: false, error }, notices: [] });
  }

  #settle(outcome: TurnOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#check);
    this.#asks.end();
    this.#accepted.resolve();
    this.#emit(this.#options.mapper.turnEnding());
    this.#emit(outcome.notices);
    this.#options.onSettled();
    this.#done.resolve(outcome.result);
  }
}

function unreadable(agent: AgentWords, error: unknown): ErrorInfo {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'agent_protocol',
    message: `What ${agent.name} did in this turn cannot be read from it: ${reason}. Begin a new chat if this goes on.`,
  };
}
