import {
  PilotlightError,
  toErrorInfo,
  type AgentBackend,
  type AgentBackendKind,
  type AgentSessionChoice,
  type AgentSessionHandle,
  type Continuity,
  type ErrorCode,
  type InterruptionReason,
  type Message,
  type PromptCtx,
  type PromptInput,
  type Turn,
  type TurnResult,
} from '@pilotlight/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentTable } from '../backends/agent-spec.ts';
import { CANCELLED_EARLY } from '../backends/cancelled-by.ts';
import { LEFT_OUT } from '../backends/mcp-source.ts';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { Continuations } from './continuations.ts';
import type { Holds } from './holds.ts';
import { interruption, withReason } from './interruption.ts';
import type { Announcer } from './announcer.ts';
import type { ChatFacts } from './chat-facts.ts';
import type { CircuitBoard } from './circuit-board.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { placeNow, type Place, type Places } from './place.ts';
import { withPathLinks } from './path-links.ts';
import { partsToPrompt } from './prompt-content.ts';
import { recapOf, unseenMessages } from './recap.ts';
import { isSlashCommand } from './slash-command.ts';
import { TurnRecord } from './turn-record.ts';

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
  agents: AgentTable;
  backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  cold: ColdDispatch;
  places: Places;
  sessions: AgentSessionDesk;
  permissions: PermissionDesk;
  facts: ChatFacts;
  circuits: CircuitBoard;
  continuations: Continuations;
  holds: Holds;
  /** why what an earlier server left cannot be found, where nothing more is known */
  loss: InterruptionReason;
}

interface Warm {
  backend: AgentBackend;
  handle: AgentSessionHandle;
  continuity: Continuity;
}

/** A cold dispatch would fail in the same way, so the turn says so at once. */
const SAME_WHEN_COLD = new Set<ErrorCode>([
  'agent_unknown',
  'agent_not_installed',
  'agent_login_required',
  'agent_usage_limit',
  'config_invalid',
  'model_unknown',
  'option_unknown',
  'worktree_missing',
]);

/** An earlier server died before it asked the agent. */
const NEVER_SENT: TurnResult = {
  ok: false,
  error: { code: 'interrupted', message: 'The agent was never asked.', details: { sent: false } },
};

/** Between two attempts to write down an end that the disk does not take. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Runs one turn: finds its place, its backend and its agent session, prompts, and writes down the end. */
export class TurnRunner {
  readonly #o: TurnRunnerOptions;
  /** `<chatId>/<agent>` → what was last configured, so that a live session is not configured again */
  readonly #configured = new Map<string, string>();
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
    this.#backendOf(turn)?.turnWritten?.(turn.chatId, turn.agent);
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
    if (event === null) return null;
    return record.putBack(permissions, (scope) => {
      holds.hold(scope, turn.chatId, event);
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
      const result = await this.#takeUp(record, session.id, place, signal);
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
    const place = await placing;
    onPlace(place);
    const ctx = this.#context(record, place, signal, choice);
    const attempt = async (): Promise<TurnResult> => {
      const warm = await untilAborted(this.#warm(turn, session.id, place, project.id, choice), signal);
      if (warm === 'aborted') return { ok: false, error: CANCELLED_EARLY };
      return warm === null
        ? this.#promptCold(record, ctx, choice, project.id)
        : this.#promptWarm(record, ctx, { ...warm, unseen }, choice, signal);
    };
    const result = await attempt();
    if (!wasNotTaken(result) || signal.aborted) return result;
    // Its process ended just before the prompt, or it had lost the conversation: the next attempt starts what is missing.
    record.startAnew();
    return attempt();
  }

  /** Goes on with what an earlier server began. Until its backend listens for it, nothing here waits. */
  async #takeUp(
    record: TurnRecord,
    sessionId: string,
    place: Place,
    signal: AbortSignal,
  ): Promise<TurnResult> {
    const { turn } = record;
    const { loss, permissions, sessions } = this.#o;
    // See `TurnRecord.ready`.
    if (turn.state === 'starting' && !sessions.wasResident(turn.chatId, turn.agent)) return NEVER_SENT;
    const backend = this.#backendOf(turn);
    const handle = sessions.handle(sessionId, turn.chatId, turn.agent);
    if (turn.dispatch === 'cold') return { ok: false, error: interruption('cold', turn.agent) };
    if (backend?.reattach === undefined || handle === null)
      return { ok: false, error: interruption(loss, turn.agent) };
    const asked = permissions.asked(turn);
    const ctx = this.#context(record, place, signal, this.#choice(turn));
    try {
      const result = await backend.reattach(handle, {
        ...ctx,
        turnId: turn.id,
        onPermission: (request) =>
          asked.permission(request) ??
          record.caughtUp.then(() => ctx.onPermission?.(request) ?? { outcome: 'cancelled' }),
        onQuestion: (request) =>
          asked.question(request) ??
          record.caughtUp.then(() => ctx.onQuestion?.(request) ?? { action: 'cancel' }),
        onCaughtUp: () => {
          record.ready({ dispatch: 'warm', continuity: 'reattached' });
          sessions.ensured(handle, 'reattached');
          record.onCaughtUp();
        },
      });
      return result;
    } catch (error) {
      const info = toErrorInfo(error);
      return {
        ok: false,
        error: info.details?.['sent'] === false ? info : withReason(info, turn.agent, loss),
      };
    }
  }

  #backendOf(turn: Turn): AgentBackend | undefined {
    return this.#o.backends.get(this.#o.agents.get(turn.agent).backend);
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
      onEvent: (event) => record.event(event),
      onPermission: (request) =>
        permissions.askPermission(record.turn, request, place.path, () => record.flush()),
      onQuestion: (request) => permissions.askQuestion(record.turn, request, () => record.flush()),
    };
  }

  /** The warm agent session, or null when this turn has to go the cold way. */
  async #warm(
    turn: Turn,
    sessionId: string,
    place: Place,
    projectId: string,
    choice: AgentSessionChoice,
  ): Promise<Warm | null> {
    const { agents, backends, circuits, sessions } = this.#o;
    const kind = agents.get(turn.agent).backend;
    const backend = backends.get(kind);
    if (backend === undefined || !circuits.allows(turn.agent)) return null;
    if (backend.health() === 'down' && !circuits.isProbe(turn.agent)) {
      const message = `The ${kind} backend is down.`;
      circuits.failed(turn.agent, { code: 'agent_unavailable', message });
      return null;
    }
    try {
      const handle = await backend.ensureSession(sessionId, {
        agent: turn.agent,
        model: choice.model ?? null,
        chatId: turn.chatId,
        worktreePath: place.path,
        worktreeId: place.worktreeId,
        projectId,
      });
      const continuity = backend.continuity?.(handle) ?? 'live';
      sessions.ensured(handle, continuity);
      circuits.succeeded(turn.agent);
      return { backend, handle, continuity };
    } catch (error) {
      const info = toErrorInfo(error);
      if (SAME_WHEN_COLD.has(info.code)) throw error;
      circuits.failed(turn.agent, info);
      return null;
    }
  }

  async #promptWarm(
    record: TurnRecord,
    ctx: PromptCtx,
    warm: Warm & { unseen: Message[] },
    choice: AgentSessionChoice,
    signal: AbortSignal,
  ): Promise<TurnResult> {
    const { turn } = record;
    await this.#configure(turn, warm, choice);
    if (signal.aborted) return { ok: false, error: CANCELLED_EARLY };
    const { input, recap, isOwed } = this.#input(
      turn,
      warm.continuity === 'fresh' ? this.#everything(turn) : warm.unseen,
      { root: ctx.worktreePath, canTellApart: warm.backend.recapApart === true },
    );
    const lost = warm.continuity === 'fresh' && recap > 0 && !isOwed;
    const continuity = lost ? 'recap' : warm.continuity;
    if (lost) this.#o.sessions.ensured(warm.handle, continuity);
    record.ready({ dispatch: 'warm', continuity }, () =>
      this.#o.sessions.writeHeard(turn.chatId, turn.agent),
    );
    if (isOwed) this.#oweRecap(turn);
    this.#markRecap(record, recap, isOwed);
    const notice = warm.backend.openingNotice?.(warm.handle) ?? null;
    if (notice !== null) record.event({ type: 'notice', level: 'warning', code: LEFT_OUT, text: notice });
    return warm.backend.prompt(warm.handle, input, ctx);
  }

  async #promptCold(
    record: TurnRecord,
    ctx: PromptCtx,
    choice: AgentSessionChoice,
    projectId: string,
  ): Promise<TurnResult> {
    const { turn } = record;
    const { input, recap, isOwed } = this.#input(turn, this.#everything(turn), {
      root: ctx.worktreePath,
      canTellApart: false,
    });
    record.ready({ dispatch: 'cold', continuity: recap > 0 && !isOwed ? 'recap' : 'fresh' });
    const circuit = this.#o.circuits.list().find((candidate) => candidate.agent === turn.agent);
    record.event({
      type: 'notice',
      level: 'warning',
      code: 'cold',
      text: `Dispatched cold: ${circuit?.lastError?.message ?? 'the warm backend is down'}`,
    });
    this.#markRecap(record, recap, isOwed);
    return this.#o.cold(turn, input, ctx, choice, projectId);
  }

  async #configure(turn: Turn, warm: Warm, choice: AgentSessionChoice): Promise<void> {
    const key = `${turn.chatId}/${turn.agent}`;
    const wanted = JSON.stringify(choice);
    const unchanged = warm.continuity === 'live' && (this.#configured.get(key) ?? '{}') === wanted;
    if (!unchanged && wanted !== '{}') await warm.backend.configure?.(warm.handle, choice);
    this.#configured.set(key, wanted);
  }

  #everything(turn: Turn): Message[] {
    return unseenMessages(this.#o.announcer.store, turn.chatId, turn.agent, true);
  }

  /**
   * The prompt, with a recap before it of what the agent has not seen. A slash command must come first and alone: where the
   * backend cannot tell the recap apart from it, that is owed to the agent until its next prompt.
   */
  #input(
    turn: Turn,
    unseen: Message[],
    { root, canTellApart }: { root: string; canTellApart: boolean },
  ): Told {
    const { store, journal } = this.#o.announcer;
    const user = journal.liveMessage(turn.chatId, turn.messageId) ?? store.messages.get(turn.messageId);
    const said = partsToPrompt(user?.parts ?? [], store.blobs);
    const isCommand = isSlashCommand(said, () => journal.chatState(turn.chatId).commands[turn.agent]);
    const content = isCommand ? said : withPathLinks(said, root);
    const recap = recapOf(unseen, store.blobs);
    if (recap === null) return { input: { content }, recap: 0, isOwed: false };
    const { text, messages } = recap;
    if (!isCommand)
      return { input: { content: [{ type: 'text', text }, ...content] }, recap: messages, isOwed: false };
    const input = canTellApart ? { content, recap: text } : { content };
    return { input, recap: messages, isOwed: !canTellApart };
  }

  #oweRecap({ id }: Turn): void {
    const { store, journal } = this.#o.announcer;
    journal.defer(() => store.turns.oweRecap(id), []);
  }

  #markRecap(record: TurnRecord, messages: number, isOwed: boolean): void {
    if (messages === 0) return;
    const { agent } = record.turn;
    const text = isOwed
      ? `${agent} has not seen the last ${messages} messages. It ran the command without them and is told of them with your next prompt.`
      : `${agent} had not seen the last ${messages} messages and was told of them.`;
    record.event({ type: 'notice', level: 'info', code: 'recap', text });
  }
}

/** What the agent is sent. */
interface Told {
  input: PromptInput;
  /** messages that it had not seen */
  recap: number;
  /** they are not told with this prompt */
  isOwed: boolean;
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
