import {
  PilotlightError,
  toErrorInfo,
  type AgentSessionChoice,
  type ErrorInfo,
  type InterruptionReason,
  type Message,
  type PromptCtx,
  type PromptInput,
  type Turn,
  type TurnResult,
} from '@pilotlight/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import { CANCELLED_EARLY } from '../backends/cancelled-by.ts';
import { LEFT_OUT } from '../backends/mcp-source.ts';
import type { CommitScope } from '../journal/journal.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { Announcer } from './announcer.ts';
import type { TurnCheckpoints } from './checkpoints/turn-checkpoints.ts';
import type { ChatFacts } from './chat-facts.ts';
import type { CircuitBoard } from './circuit-board.ts';
import type { Continuations } from './continuations.ts';
import type { EarlyOpenings } from './early-openings.ts';
import type { Holds } from './holds.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { placeNow, type Place, type Places } from './place.ts';
import { unseenMessages } from './recap.ts';
import { neverReachedAgent } from './tasks/start-failure.ts';
import type { SharedFiles } from './review/shared-files.ts';
import { takeUpTurn } from './take-up-turn.ts';
import { recapNotice, tellPrompt, type ToldPrompt } from './told-prompt.ts';
import type { MeterReading } from './turn-meter.ts';
import { TurnRecord } from './turn-record.ts';
import type { Warm, WarmSessions } from './warm-sessions.ts';

/** One prompt through a process of its own that ends with the turn. */
export type ColdDispatch = (
  turn: Turn,
  input: PromptInput,
  ctx: PromptCtx,
  choice: AgentSessionChoice,
  projectId: string,
) => Promise<TurnResult>;

export interface TurnRunnerOptions {
  announcer: Announcer;
  warm: WarmSessions;
  early: EarlyOpenings;
  cold: ColdDispatch;
  places: Places;
  sessions: AgentSessionDesk;
  permissions: PermissionDesk;
  facts: ChatFacts;
  circuits: CircuitBoard;
  continuations: Continuations;
  holds: Holds;
  checkpoints: TurnCheckpoints;
  /**
   * A turn failed before its agent had the prompt. Answers what is written with it when it waits to be begun again; null:
   * it ends as failed.
   */
  startFailed(turn: Turn, error: ErrorInfo): ((scope: CommitScope) => void) | null;
  sharedFiles: SharedFiles;
  /** The agent has said what it used. */
  onUsage(turn: Turn, used: () => MeterReading): void;
  /** why what an earlier server left cannot be found, where nothing more is known */
  loss: InterruptionReason;
}

/** Between two attempts to write down an end that the disk does not take. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Runs one turn: finds its place, its backend and its agent session, prompts, and writes down the end. */
export class TurnRunner {
  readonly #o: TurnRunnerOptions;
  readonly #stopping = new AbortController();

  constructor(options: TurnRunnerOptions) {
    this.#o = options;
  }

  /** The durable start of a queued turn, or of one without a row yet; may be part of a larger commit. @throws when the store refuses */
  begin(queued: Turn, isNew = false): TurnRecord {
    this.#o.holds.started(queued.chatId);
    return TurnRecord.begin(this.#o.announcer, this.#o.facts, queued, isNew);
  }

  /** A turn that ran when an earlier server died. */
  takeUp(turn: Turn): TurnRecord {
    return TurnRecord.takeUp(this.#o.announcer, this.#o.facts, turn);
  }

  /** Never fails for what an agent does; the turn says it. @throws only when the store refuses */
  async run(record: TurnRecord, signal: AbortSignal): Promise<{ turn: Turn; place: Place | null }> {
    const found: { place: Place | null } = { place: null };
    const result = await this.#drive(record, signal, (place) => {
      found.place = place;
    }).catch((error: unknown): TurnResult => ({ ok: false, error: toErrorInfo(error) }));
    const turn = await this.#end(record, result, signal);
    this.#o.warm.backendOf(turn.agent)?.turnWritten?.(turn.chatId, turn.agent);
    return { turn, place: found.place };
  }

  /** From now on an end that the store refuses is left to the next start. */
  stop(): void {
    this.#stopping.abort();
  }

  /** A full disk takes it when there is room again: until then the turn must not be given up. */
  async #end(record: TurnRecord, result: TurnResult, signal: AbortSignal): Promise<Turn> {
    const { permissions, continuations, holds, sessions } = this.#o;
    const { chatId, agent } = record.turn;
    const within = (): void => sessions.writeHeard(chatId, agent);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return (
          this.#putBack(record, result, signal) ??
          record.end(result, signal, { permissions, continuations, holds, within })
        );
      } catch (error) {
        if (toErrorInfo(error).code !== 'store_full' || this.#stopping.signal.aborted) throw error;
      }
      await pause(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  /** A turn whose agent cannot take its prompt now waits again; null for one that ends. */
  #putBack(record: TurnRecord, { error }: TurnResult, signal: AbortSignal): Turn | null {
    const { holds, permissions, sessions } = this.#o;
    if (error === undefined || signal.aborted || record.worked) return null;
    const { turn } = record;
    const event = holds.eventOf(turn, error);
    const failed =
      event === null && !record.isTakenUp && neverReachedAgent(turn, error)
        ? this.#o.startFailed(turn, error)
        : null;
    if (event === null && failed === null) return null;
    return record.putBack(permissions, (scope) => {
      if (event !== null) holds.hold(scope, turn.chatId, event);
      failed?.(scope);
      sessions.writeHeard(turn.chatId, turn.agent);
    });
  }

  async #drive(
    record: TurnRecord,
    signal: AbortSignal,
    onPlace: (place: Place) => void,
  ): Promise<TurnResult> {
    const { turn } = record;
    const { store } = this.#o.announcer;
    const session = store.sessions.get(store.chats.get(turn.chatId)?.sessionId ?? '');
    const project = store.projects.get(session?.projectId ?? '');
    if (session === null || project === null) {
      throw new PilotlightError('session_not_found', 'The session of this chat was removed.');
    }
    if (record.isTakenUp) {
      const place = placeNow(session, project);
      this.#o.checkpoints.goesOn(turn, place);
      const result = await takeUpTurn({
        ...this.#o,
        record,
        sessionId: session.id,
        backend: this.#o.warm.backendOf(turn.agent),
        ctx: this.#context(record, place, signal, this.#choice(turn)),
      });
      if (!wasNotTaken(result)) {
        onPlace(place);
        return result;
      }
      record.startAnew();
    }
    const placing = this.#o.places.ensure(session, project);
    // While the folder is looked at, what can be prepared without it; should that throw, this must not go unheard.
    placing.catch(() => {});
    const choice = this.#choice(turn);
    const unseen = unseenMessages(store, turn.chatId, turn.agent, false);
    const place = await untilAborted(placing, signal);
    if (place === 'aborted') return { ok: false, error: CANCELLED_EARLY };
    onPlace(place);
    const before = this.#o.checkpoints.begins(turn, place, session.id);
    const ctx = this.#context(record, place, signal, choice);
    const attempt = async (): Promise<TurnResult> => {
      const opening =
        this.#o.early.take(turn) ?? this.#o.warm.open(turn, session.id, place, project.id, choice);
      const warm = await untilAborted(opening, signal);
      if (warm === 'aborted') return { ok: false, error: CANCELLED_EARLY };
      const mayGo = async (): Promise<void> => {
        await place.named;
        // On the disk before the agent hears its first prompt.
        await this.#o.sessions.tokensOnDisk();
        await before.toSend();
      };
      return warm === null
        ? this.#promptCold(record, ctx, mayGo, choice, project.id)
        : this.#promptWarm(record, ctx, { ...warm, unseen, mayGo }, choice, signal);
    };
    const result = await attempt();
    if (!wasNotTaken(result) || signal.aborted) return result;
    // Its process ended just before the prompt, or it had lost the conversation: the next attempt starts what is missing.
    record.startAnew();
    return attempt();
  }

  /** The turn's own model goes before what was chosen for the chat. */
  #choice(turn: Turn): AgentSessionChoice {
    const kept = this.#o.announcer.store.chats.choice(turn.chatId, turn.agent) ?? {};
    return turn.model === null ? kept : { ...kept, model: turn.model };
  }

  #context(record: TurnRecord, place: Place, signal: AbortSignal, choice: AgentSessionChoice): PromptCtx {
    const { permissions } = this.#o;
    return {
      worktreePath: place.path,
      model: choice.model ?? null,
      signal,
      turnId: record.turn.id,
      onEvent: (event) => {
        record.event(event);
        this.#o.sharedFiles.saw(record.turn, place.path, event, record.isTakenUp);
        if (event.type === 'usage') this.#o.onUsage(record.turn, () => record.used());
      },
      onPermission: (request) =>
        permissions.askPermission(record.turn, request, place.path, () => record.flush()),
      onQuestion: (request) => permissions.askQuestion(record.turn, request, () => record.flush()),
    };
  }

  async #promptWarm(
    record: TurnRecord,
    ctx: PromptCtx,
    warm: Warm & { unseen: Message[]; mayGo(): Promise<void> },
    choice: AgentSessionChoice,
    signal: AbortSignal,
  ): Promise<TurnResult> {
    const { turn } = record;
    await this.#o.warm.configure(turn, warm, choice);
    const unseen = warm.continuity === 'fresh' ? this.#everything(turn) : warm.unseen;
    const to = { root: ctx.worktreePath, canTellApart: warm.backend.recapApart === true };
    const told = tellPrompt(this.#o.announcer, turn, unseen, to);
    await warm.mayGo();
    if (signal.aborted) return { ok: false, error: CANCELLED_EARLY };
    const lost = warm.continuity === 'fresh' && told.recap > 0 && !told.isOwed;
    const continuity = lost ? 'recap' : warm.continuity;
    if (lost) this.#o.sessions.ensured(warm.handle, continuity);
    record.ready({ dispatch: 'warm', continuity }, () =>
      this.#o.sessions.writeHeard(turn.chatId, turn.agent),
    );
    this.#noteRecap(record, told);
    const notice = warm.backend.openingNotice?.(warm.handle) ?? null;
    if (notice !== null) record.event({ type: 'notice', level: 'warning', code: LEFT_OUT, text: notice });
    return warm.backend.prompt(warm.handle, told.input, ctx);
  }

  async #promptCold(
    record: TurnRecord,
    ctx: PromptCtx,
    mayGo: () => Promise<void>,
    choice: AgentSessionChoice,
    projectId: string,
  ): Promise<TurnResult> {
    const { turn } = record;
    const to = { root: ctx.worktreePath, canTellApart: false };
    const told = tellPrompt(this.#o.announcer, turn, this.#everything(turn), to);
    await mayGo();
    record.ready({ dispatch: 'cold', continuity: told.recap > 0 && !told.isOwed ? 'recap' : 'fresh' });
    const circuit = this.#o.circuits.list().find((candidate) => candidate.agent === turn.agent);
    record.event({
      type: 'notice',
      level: 'warning',
      code: 'cold',
      text: `Dispatched cold: ${circuit?.lastError?.message ?? 'the warm backend is down'}`,
    });
    // A process of its own has ended by the next prompt: nothing is owed to it.
    this.#sayRecap(record, told);
    return this.#o.cold(turn, told.input, ctx, choice, projectId);
  }

  #everything(turn: Turn): Message[] {
    return unseenMessages(this.#o.announcer.store, turn.chatId, turn.agent, true);
  }

  #noteRecap(record: TurnRecord, told: ToldPrompt): void {
    const { store, journal } = this.#o.announcer;
    if (told.isOwed) journal.defer(() => store.turns.oweRecap(record.turn.id), []);
    this.#sayRecap(record, told);
  }

  #sayRecap(record: TurnRecord, told: ToldPrompt): void {
    const text = recapNotice(record.turn.agent, told);
    if (text !== null) record.event({ type: 'notice', level: 'info', code: 'recap', text });
  }
}

/** Whether the agent never had the prompt; one that is busy would refuse it again. */
function wasNotTaken({ error }: TurnResult): boolean {
  return error?.details?.['sent'] === false && error.code !== 'conflict';
}

/** The promise, or `aborted` as soon as the signal is; the promise's own failure is then nobody's concern. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | 'aborted'> {
  if (signal.aborted) {
    promise.catch(() => {});
    return 'aborted';
  }
  const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>();
  const onAbort = () => resolve('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    promise.catch(() => {});
  }
}
