// One turn of one opencode conversation: sends the prompt (or takes up a turn whose prompt an earlier life of ours sent),
// follows the events, asks the user, and says how it ended.
//
//   sending ──► following ──► settled            cancel: abort, wait for idle, refuse what is left, read the rest
//                 │    ▲                         letGo: nothing more is emitted or asked, and it never resolves
//   stream broke, │    │ what was missed was read from the server and events that came meanwhile were applied
//   or no proof   ▼    │
//   of the end  catching up ◄── taken up
//
// It resolves exactly once, and emits nothing afterwards.
import type { AgentEvent, ErrorInfo, PromptCtx, TurnResult } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { CANCELLED_EARLY, cancelledBy } from '../cancelled-by.ts';
import { interrupted } from '../interrupted.ts';
import type { EventMapper } from './event-mapper.ts';
import { HttpAnswerError } from './http.ts';
import { readMissed, readStatus, type TurnPlace } from './missed.ts';
import { messagesSince, wasRefused } from './stored-messages.ts';
import { TurnAsks } from './turn-asks.ts';
import { limitOfRetry, turnOutcome, unreadable, type AgentWords, type TurnOutcome } from './turn-outcome.ts';
import { TurnProgress, type Verdict } from './turn-progress.ts';
import type { SessionRecord, WireStatus } from './wire.ts';

/** How often, and with which pause, the server is asked for what was missed before the turn goes on without it. */
const CATCH_UP_ATTEMPTS = 20;
const CATCH_UP_PAUSE_MS = 500;
/** How long a stopped turn may take to show that it began at all: an abort before that stops nothing. */
const BEGIN_MS = 3000;
/** For a turn that is taken up: how long ago its prompt counts as sent. Its beginning may still be a moment away. */
const TAKEN_UP_AGE_MS = 50_000;
/** How long a prompt that was just sent may take to arrive before its connection is closed. */
const ARRIVE_MS = 1000;

export interface TurnOptions extends TurnPlace {
  mapper: EventMapper;
  ctx: PromptCtx;
  origin: TurnOrigin;
  agent: AgentWords;
  /** ms between a cancel and giving up on it */
  cancelMs: number;
  /** a sub-agent's session became known */
  onChild(sessionId: string): void;
  /** the turn has settled; records from here on are not its own */
  onSettled(): void;
}

export type TurnOrigin =
  /** Its prompt is given to the server by `send`, as `sendPrompt` does. */
  | { kind: 'new'; send(): Promise<void> }
  /** Its prompt is stored in the server. `onCaughtUp`: what happened before was told. */
  | { kind: 'taken_up'; onCaughtUp(): void };

export class Turn {
  readonly #options: TurnOptions;
  readonly #progress: TurnProgress;
  readonly #asks: TurnAsks;
  readonly #done = Promise.withResolvers<TurnResult>();
  readonly #accepted = Promise.withResolvers<void>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #startedAt: number;
  #settled = false;
  #stopped = false;
  /** why the turn is stopped that its agent would have gone on waiting in */
  #limit: ErrorInfo | null = null;
  #check: NodeJS.Timeout | undefined;
  /** records that came while the turn was catching up; null: they are applied as they come */
  #waiting: SessionRecord[] | null = null;
  #catchUps = 0;
  /** of a turn that is taken up: nothing, or not all, of what happened before was told */
  #behind: 'unread' | 'owing' | null = null;

  constructor(options: TurnOptions) {
    const { http, directory, mapper, ctx, sessionId, promptId, origin } = options;
    const takenUp = origin.kind === 'taken_up';
    this.#options = options;
    this.#progress = new TurnProgress(sessionId, promptId);
    this.#asks = new TurnAsks({ http, directory, mapper, ctx });
    this.#startedAt = performance.now() - (takenUp ? TAKEN_UP_AGE_MS : 0);
    if (!takenUp) return;
    this.#behind = 'unread';
    this.#waiting = [];
    this.#accepted.resolve();
  }

  /** @throws PilotlightError `interrupted` for a turn that was to be taken up, when it could not be read */
  async run(): Promise<TurnResult> {
    const { ctx, origin } = this.#options;
    const { signal } = ctx;
    if (signal.aborted && origin.kind === 'new') this.#fail(CANCELLED_EARLY);
    let cancelled: Promise<void> | undefined;
    const onAbort = (): void => {
      cancelled = this.#cancel();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (origin.kind === 'taken_up') void this.#catchUp(false);
    else if (!this.#settled) void this.#send(origin.send);
    if (signal.aborted && !this.#settled) onAbort();
    try {
      const result = await this.#done.promise;
      await cancelled;
      return result;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  receive(record: SessionRecord): void {
    if (this.#waiting !== null) this.#waiting.push(record);
    else if (!this.#settled) this.#process(record);
  }

  streamBroke(): void {
    this.#options.mapper.streamBroke();
    this.#waiting ??= [];
  }

  eventsMissed(): void {
    void this.#catchUp(false);
  }

  /**
   * The turn goes on in the server, for a later life of ours: here it ends without a word, and never resolves. Answers
   * when the prompt has arrived, or has had its time to.
   */
  async letGo(): Promise<void> {
    this.#settled = true;
    clearTimeout(this.#check);
    this.#asks.end();
    await Promise.race([this.#accepted.promise, this.#begun.promise, delay(ARRIVE_MS)]);
  }

  /** The server is gone. */
  serverEnded(error: ErrorInfo): void {
    const stopped = cancelledBy(this.#options.agent.name, 'process_ended');
    this.#settle({ result: { ok: false, error: this.#stopped ? stopped : error }, notices: [] });
  }

  async #send(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      await this.#onSendFailed(error);
    } finally {
      this.#accepted.resolve();
    }
  }

  /** The connection may have failed after the prompt had arrived: then it runs, and must not be sent again. */
  async #onSendFailed(cause: unknown): Promise<void> {
    const { http, sessionId, promptId, agent } = this.#options;
    const refused = cause instanceof HttpAnswerError;
    const stored = await messagesSince(http, sessionId, promptId).catch(() => null);
    if (stored !== null && (!refused || this.#progress.newest() !== null)) return void this.#catchUp(false);
    // A dead server says more about itself in a moment.
    if (!refused) await Promise.race([delay(1000), this.#done.promise]);
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#fail({ code: 'agent_failed', message: `${agent.name} did not take the prompt: ${reason}` });
  }

  #process(record: SessionRecord): void {
    this.#emit(this.#options.mapper.apply(record));
    this.#asks.receive(record);
    if (record.type === 'session.status' && record.sessionID === this.#options.sessionId)
      this.#lookAtRetry(record.status);
    const verdict = this.#progress.observe(record);
    if (this.#progress.busy) this.#begun.resolve();
    this.#tellCaughtUp();
    if (verdict !== null) this.#judge(verdict);
  }

  /** A limit that resets in hours is not waited for in here: the turn is stopped, and says until when. */
  #lookAtRetry(status: WireStatus): void {
    const limit = limitOfRetry(status, this.#options.agent, Date.now());
    if (limit === null || this.#stopped || this.#limit !== null) return;
    this.#limit = limit;
    void this.#cancel();
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
        const status = await readStatus(this.#options);
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

  /** Everything but the status; applied at once when it is all there. */
  async #readMissed(status: WireStatus, superseded: () => boolean): Promise<void> {
    const { sessionId, mapper, onChild } = this.#options;
    // A sub-agent's events come here from now on; what came before is read.
    const [missed, asks] = await Promise.all([readMissed(this.#options, onChild), this.#asks.listOpen()]);
    if (superseded()) return;
    const { stored, session, todos } = missed;
    if (this.#behind === 'unread') {
      this.#behind = 'owing';
      this.#asks.refused = wasRefused(stored);
      mapper.takeUp(stored, todos);
      this.#emit(mapper.applyStored(stored, true));
    }
    // An attempt that failed says what its texts are worth, so it comes before they are looked at once more.
    this.#emit(mapper.apply({ type: 'session.status', sessionID: sessionId, status }));
    this.#emit(mapper.applyStored(stored));
    this.#progress.observeStored(stored.get(sessionId) ?? []);
    this.#emit(mapper.apply({ type: 'session.updated', sessionID: sessionId, info: session }));
    this.#emit(mapper.apply({ type: 'todo.updated', sessionID: sessionId, todos }));
    for (const ask of asks) if (this.#isOurs(ask.sessionID)) this.#asks.receive(ask);
    this.#tellCaughtUp();
  }

  /** A text that runs is not stored until it ends: only then has all of the turn so far been told. */
  #tellCaughtUp(): void {
    const { mapper, origin } = this.#options;
    if (this.#behind !== 'owing' || origin.kind !== 'taken_up' || (mapper.owesText && !this.#settled)) return;
    this.#behind = null;
    origin.onCaughtUp();
  }

  #caughtUp(status: WireStatus, last: boolean): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    const { sessionId } = this.#options;
    this.#lookAtRetry(status);
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
      } while ((await readStatus(this.#options)).type !== 'idle' && !deadline.aborted);
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

  #settle(ended: TurnOutcome): void {
    if (this.#settled) return;
    const outcome = this.#limit === null ? ended : { result: { ok: false, error: this.#limit }, notices: [] };
    this.#settled = true;
    clearTimeout(this.#check);
    this.#asks.end();
    this.#accepted.resolve();
    this.#emit(this.#options.mapper.turnEnding());
    this.#tellCaughtUp();
    this.#emit(outcome.notices);
    this.#options.onSettled();
    if (this.#behind === null) this.#done.resolve(outcome.result);
    else this.#done.reject(interrupted('not_taken_up', outcome.result.error?.message ?? 'It was not read.'));
  }
}
