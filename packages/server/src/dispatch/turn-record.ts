import {
  chatTopic,
  isToolEnded,
  newId,
  type AgentEvent,
  type ChatFrameEvent,
  type ErrorInfo,
  type Message,
  type Turn,
  type TurnResult,
} from '@pilotlight/protocol';
import { LEFT_OUT } from '../backends/mcp-source.ts';
import type { CommitScope } from '../journal/journal.ts';
import type { Announcer } from './announcer.ts';
import { isRefusalText } from '../backends/usage-limit.ts';
import { isFactEvent, type ChatFacts } from './chat-facts.ts';
import type { Continuations } from './continuations.ts';
import { interruption, withWhatNext } from './interruption.ts';
import type { Holds } from './holds.ts';
import type { AbortReason } from './lane.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { Recorder } from './recorder.ts';
import { Retelling } from './retelling.ts';
import { dayOf, shownUsage, TurnMeter, type MeterReading } from './turn-meter.ts';
import { nextTurnState, type TurnEvent } from './turn-transitions.ts';

/** Notices that come from us and not from the agent, so that it cannot tell them again. */
const OWN_NOTICES: ReadonlySet<string> = new Set(['cold', 'recap', LEFT_OUT]);

/** What an agent does for a prompt; text is looked at more closely. */
const WORK: ReadonlySet<AgentEvent['type']> = new Set([
  'reasoning',
  'tool_call',
  'tool_update',
  'plan',
  'content',
]);

/** Who takes part in the end of a turn. */
export interface TurnEnd {
  permissions: PermissionDesk;
  continuations: Continuations;
  /** who may hold the chat for what the turn ended with */
  holds?: Holds;
  /** called in the same transaction */
  within?(): void;
}

/**
 * One running turn as it is written down: its state, its user message, its assistant message as the agent speaks, and
 * its end with the fold. The only writer of a turn that runs.
 */
export class TurnRecord {
  readonly #announcer: Announcer;
  readonly #facts: ChatFacts;
  readonly #recorder: Recorder;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #meter = new TurnMeter();
  #turn: Turn;
  #spoke = false;
  /** it did something else than speak */
  #worked = false;
  /** the beginning of what it said */
  #said = '';
  /** codes of our own notices that were said */
  readonly #marked = new Set<string>();
  /** what an earlier server wrote down of the agent's message */
  #written: Message | null = null;
  /** while an agent tells again what an earlier server has heard */
  #retelling: Retelling | null = null;

  private constructor(announcer: Announcer, facts: ChatFacts, turn: Turn, written: Message | null) {
    this.#announcer = announcer;
    this.#facts = facts;
    this.#turn = turn;
    this.#recorder = new Recorder({
      chatId: turn.chatId,
      messageId: written?.id ?? newId('message'),
      append: (draft) => {
        if (this.#retelling !== null) return this.#retelling.take(draft.event);
        this.#announceSpeech();
        announcer.journal.append(draft);
      },
      putBlob: (bytes, mimeType) => announcer.store.blobs.put(bytes, mimeType),
      now: announcer.now,
    });
  }

  /** The queued turn starts: its prompt becomes the user message. One durable step. `isNew`: it has no row yet. */
  static begin(announcer: Announcer, facts: ChatFacts, queued: Turn, isNew: boolean): TurnRecord {
    const { journal, now } = announcer;
    const message: Message = {
      id: queued.messageId,
      chatId: queued.chatId,
      role: 'user',
      turnId: queued.id,
      agent: queued.agent,
      parts: queued.prompt ?? [],
      createdAt: now(),
    };
    const turn: Turn = {
      ...queued,
      state: nextTurnState(queued.state, 'start'),
      prompt: null,
      startedAt: now(),
    };
    journal.commit((scope) => {
      if (isNew) announcer.newTurn(scope, turn);
      else announcer.turn(scope, turn);
      const topic = chatTopic(turn.chatId);
      scope.frame({ topic, messageId: message.id, event: { type: 'message', message } });
      announcer.refreshChat(scope, turn.chatId, { activity: 'running', runningSince: turn.startedAt });
    }, 'written');
    const record = new TurnRecord(announcer, facts, turn, null);
    record.#caughtUp.resolve();
    return record;
  }

  /** A turn that ran when an earlier server died, to be told again; `onCaughtUp` ends that. */
  static takeUp(announcer: Announcer, facts: ChatFacts, turn: Turn): TurnRecord {
    const { messages } = announcer.journal.chatState(turn.chatId);
    const written = messages.find(({ turnId, role }) => turnId === turn.id && role === 'assistant') ?? null;
    const record = new TurnRecord(announcer, facts, turn, written);
    record.#spoke = written !== null;
    record.#written = written;
    record.#retelling = new Retelling(written ?? record.#message());
    for (const part of written?.parts ?? []) {
      // Of ours, and before anything the agent said.
      if (part.type !== 'notice' || !OWN_NOTICES.has(part.code)) break;
      record.#marked.add(part.code);
      record.#recorder.record(part);
    }
    record.#recorder.flush();
    return record;
  }

  /** Whether it is still to be taken up. */
  get isTakenUp(): boolean {
    return this.#retelling !== null;
  }

  /** Resolves when everything an earlier server has heard was told again; at once for a turn of this server. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** What comes from now on is new. */
  onCaughtUp(): void {
    const retelling = this.#retelling;
    if (retelling === null) return;
    this.#recorder.flush();
    this.#retelling = null;
    this.#send(retelling.missing());
    this.#caughtUp.resolve();
  }

  /** The agent never had the prompt: nothing is told again, the turn runs as any other. */
  startAnew(): void {
    this.#retelling = null;
    this.#caughtUp.resolve();
    if (this.#turn.state === 'starting') return;
    const state = nextTurnState(this.#turn.state, 'start_anew');
    const turn: Turn = { ...this.#turn, state, dispatch: null, continuity: null };
    this.#announcer.journal.commit((scope) => this.#announcer.turn(scope, turn), 'written');
    this.#turn = turn;
  }

  get turn(): Turn {
    return this.#turn;
  }

  /** Whether the agent has done anything but say that it cannot. */
  get worked(): boolean {
    return this.#worked || !isRefusalText(this.#said);
  }

  /**
   * The agent session is there and is about to be asked. A session that was there before is known to the next server, who
   * learns from its process what it was asked; of any other a turn that is `starting` says that it was not. So that goes to
   * disk first, together with what `within` writes; else it goes with what the agent says first.
   */
  ready(changes: Pick<Turn, 'dispatch' | 'continuity'>, within: () => void = () => {}): void {
    const turn: Turn = { ...this.#turn, ...changes, state: nextTurnState(this.#turn.state, 'agent_ready') };
    if (changes.continuity === 'live' || changes.continuity === 'reattached') this.#announcer.turnSoon(turn);
    else {
      this.#announcer.journal.commit((scope) => {
        this.#announcer.turn(scope, turn);
        within();
      }, 'written');
    }
    this.#turn = turn;
  }

  event(event: AgentEvent): void {
    if (event.type === 'usage') this.#meter.take(event);
    this.#worked ||= WORK.has(event.type);
    if (event.type === 'text' && this.#said.length < 1000) this.#said += event.text;
    if (isFactEvent(event)) return this.#facts.record(this.#turn.chatId, this.#turn.agent, event);
    if (event.type === 'notice' && OWN_NOTICES.has(event.code)) {
      // An attempt that came to nothing has said it already.
      if (this.#marked.has(event.code)) return;
      this.#marked.add(event.code);
    }
    const isFirst = this.#recorder.record(event);
    // Its first words do not wait for what else the agent has sent along with them, its end perhaps.
    if (isFirst && this.#retelling === null) this.#announcer.journal.hurry();
  }

  /** Everything heard so far goes out now, so that a question never comes before what led to it. */
  flush(): void {
    this.#recorder.flush();
  }

  /**
   * The turn's end: releases its questions, closes its tools, folds its frames, and queues what goes on with it.
   */
  end(result: TurnResult, signal: AbortSignal, { permissions, continuations, holds, within }: TurnEnd): Turn {
    if (this.#retelling === null) this.#recorder.end();
    else this.#giveUp();
    permissions.release(this.#turn.id);
    const { chatId } = this.#turn;
    const state = nextTurnState(this.#turn.state, endEvent(this.#turn, result, signal));
    const error = result.ok ? null : endError(this.#turn, result, signal);
    const goesOn = error !== null && state === 'interrupted' && continuations.isDue(this.#turn, error);
    const held = error !== null && state === 'failed' ? holds?.eventOf(this.#turn, error) : null;
    const endedAt = this.#announcer.now();
    const used = this.used();
    const turn: Turn = {
      ...this.#turn,
      state,
      error: error !== null && state === 'interrupted' ? withWhatNext(error, goesOn) : error,
      usage: shownUsage(used),
      endedAt,
    };
    this.#announcer.journal.commit((scope) => {
      this.#announcer.turn(scope, turn);
      this.#count(used, endedAt);
      // What it was in the middle of waits first, until it can go on.
      if (goesOn || held) continuations.queue(scope, turn);
      if (held) holds?.hold(scope, chatId, held);
      this.#announcer.refreshChat(scope, chatId, {
        lastTurnState: turn.state,
        // Who cancels is looking.
        ...(turn.state === 'cancelled' ? {} : { unseen: true }),
        ...(this.#recorder.lastLine === '' ? {} : { lastLine: this.#recorder.lastLine }),
      });
      scope.fold(chatId);
      within?.();
    }, 'written');
    this.#turn = turn;
    return turn;
  }

  /** What it has used so far. */
  used(): MeterReading {
    const { chatId, agent, continuity } = this.#turn;
    const before = this.#announcer.store.turnUsage.lastSaidCost(chatId, agent);
    return this.#meter.read(before, continuity);
  }

  /** Of a turn that came to its agent; inside the transaction that ends it. */
  #count(used: MeterReading, at: number): void {
    const { id: turnId, chatId, agent, model, state } = this.#turn;
    const { store } = this.#announcer;
    const session = store.sessions.get(store.chats.get(chatId)?.sessionId ?? '');
    if (session === null || state !== 'running') return;
    const { id: sessionId, projectId } = session;
    const named = model ?? store.chats.choice(chatId, agent)?.model ?? '';
    const row = { turnId, chatId, sessionId, projectId, agent, model: named, day: dayOf(at), at };
    store.turnUsage.insert({ ...row, ...used });
  }

  /**
   * The agent cannot take the prompt now, and has done nothing for it: the turn waits again, before what came later, and
   * nothing of it stays in the transcript. `within`: in the same transaction.
   */
  putBack(permissions: PermissionDesk, within: (scope: CommitScope) => void): Turn {
    if (this.#retelling === null) this.#recorder.end();
    else this.#giveUp();
    permissions.release(this.#turn.id);
    const { journal, store } = this.#announcer;
    const { chatId, messageId } = this.#turn;
    const prompt = journal.liveMessage(chatId, messageId) ?? store.messages.get(messageId);
    const turn: Turn = {
      ...this.#turn,
      state: nextTurnState(this.#turn.state, 'hold'),
      prompt: prompt?.parts ?? [],
      startedAt: null,
      dispatch: null,
      continuity: null,
    };
    const topic = chatTopic(chatId);
    journal.commit((scope) => {
      this.#announcer.turn(scope, turn);
      for (const id of [...(this.#spoke ? [this.#recorder.messageId] : []), messageId])
        scope.frame({ topic, event: { type: 'message_removed', messageId: id } });
      within(scope);
    });
    this.#turn = turn;
    return turn;
  }

  /** Cannot be told again: what is written is all there is, and its tools never finished. */
  #giveUp(): void {
    this.#retelling = null;
    this.#caughtUp.resolve();
    const parts = this.#written?.parts ?? [];
    this.#send(
      parts.flatMap((part, index) =>
        part.type === 'tool_call' && !isToolEnded(part.toolCall.status)
          ? [{ type: 'tool_update', part: index, patch: { set: { status: 'cancelled' } } }]
          : [],
      ),
    );
  }

  #send(events: ChatFrameEvent[]): void {
    const topic = chatTopic(this.#turn.chatId);
    const { messageId } = this.#recorder;
    if (events.length > 0) this.#announceSpeech();
    for (const event of events) this.#announcer.journal.append({ topic, messageId, event });
  }

  #announceSpeech(): void {
    if (this.#spoke) return;
    this.#spoke = true;
    const message = this.#message();
    const topic = chatTopic(message.chatId);
    this.#announcer.journal.append({ topic, messageId: message.id, event: { type: 'message', message } });
  }

  /** What the agent says, before it has said anything. */
  #message(): Message {
    const { id, chatId, agent } = this.#turn;
    const createdAt = this.#announcer.now();
    return {
      id: this.#recorder.messageId,
      chatId,
      role: 'assistant',
      turnId: id,
      agent,
      parts: [],
      createdAt,
    };
  }
}

/** Why the server ends the turn; null while it does not. */
function shutdownReason(signal: AbortSignal): Exclude<AbortReason, 'user'> | null {
  const reason = signal.aborted ? (signal.reason as AbortReason) : 'user';
  return reason === 'user' ? null : reason;
}

function endEvent(turn: Turn, result: TurnResult, signal: AbortSignal): TurnEvent {
  if (result.ok) return turn.state === 'running' ? 'finish' : 'fail';
  if (shutdownReason(signal) !== null || result.error?.code === 'interrupted') return 'interrupt';
  return result.error?.code === 'cancelled' ? 'cancel' : 'fail';
}

function endError({ agent }: Turn, result: TurnResult, signal: AbortSignal): ErrorInfo {
  const reason = shutdownReason(signal);
  if (reason !== null) return interruption(reason, agent);
  return (
    result.error ?? { code: 'agent_failed', message: 'The agent failed without saying why. Send again.' }
  );
}
