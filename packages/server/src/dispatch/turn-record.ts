import {
  chatTopic,
  newId,
  type AgentEvent,
  type ErrorInfo,
  type Message,
  type Turn,
  type TurnResult,
} from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import { isFactEvent, type ChatFacts } from './chat-facts.ts';
import type { AbortReason } from './lane.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { Recorder } from './recorder.ts';
import { nextTurnState, type TurnEvent } from './turn-transitions.ts';

/**
 * One running turn as it is written down: its state, its user message, its assistant message as the agent speaks, and
 * its end with the fold. The only writer of a turn that runs.
 */
export class TurnRecord {
  readonly #announcer: Announcer;
  readonly #facts: ChatFacts;
  readonly #recorder: Recorder;
  #turn: Turn;
  #spoke = false;

  private constructor(announcer: Announcer, facts: ChatFacts, turn: Turn) {
    this.#announcer = announcer;
    this.#facts = facts;
    this.#turn = turn;
    this.#recorder = new Recorder({
      chatId: turn.chatId,
      messageId: newId('message'),
      append: (draft) => {
        this.#announceSpeech();
        announcer.journal.append(draft);
      },
      putBlob: (bytes, mimeType) => announcer.store.blobs.put(bytes, mimeType),
      now: announcer.now,
    });
  }

  /** The queued turn starts: its prompt becomes the user message. One durable step. */
  static begin(announcer: Announcer, facts: ChatFacts, queued: Turn): TurnRecord {
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
      announcer.turn(scope, turn);
      const topic = chatTopic(turn.chatId);
      scope.frame({ topic, messageId: message.id, event: { type: 'message', message } });
      announcer.refreshChat(scope, turn.chatId, { activity: 'running', runningSince: turn.startedAt });
    }, 'written');
    return new TurnRecord(announcer, facts, turn);
  }

  get turn(): Turn {
    return this.#turn;
  }

  /** The agent session is there and is being asked. Goes to disk with what the agent says first. */
  ready(changes: Pick<Turn, 'dispatch' | 'continuity'>): void {
    this.#turn = { ...this.#turn, ...changes, state: nextTurnState(this.#turn.state, 'agent_ready') };
    this.#announcer.turnSoon(this.#turn);
  }

  event(event: AgentEvent): void {
    if (isFactEvent(event)) return this.#facts.record(this.#turn.chatId, this.#turn.agent, event);
    const spoke = this.#spoke;
    this.#recorder.record(event);
    // Its first words do not wait for what else the agent has sent along with them, its end perhaps.
    if (this.#spoke && !spoke) this.#announcer.journal.hurry();
  }

  /** Everything heard so far goes out now, so that a question never comes before what led to it. */
  flush(): void {
    this.#recorder.flush();
  }

  /** The turn's end: releases its questions, closes its tools, folds its frames. */
  end(result: TurnResult, signal: AbortSignal, permissions: PermissionDesk): Turn {
    this.#recorder.end();
    permissions.release(this.#turn.id);
    const { chatId, agent } = this.#turn;
    const turn: Turn = {
      ...this.#turn,
      state: nextTurnState(this.#turn.state, endEvent(this.#turn, result, signal)),
      error: result.ok ? null : endError(result, signal),
      usage: this.#facts.usage(chatId, agent),
      endedAt: this.#announcer.now(),
    };
    this.#announcer.journal.commit((scope) => {
      this.#announcer.turn(scope, turn);
      this.#announcer.refreshChat(scope, chatId, {
        lastTurnState: turn.state,
        // Who cancels is looking.
        ...(turn.state === 'cancelled' ? {} : { unseen: true }),
        ...(this.#recorder.lastLine === '' ? {} : { lastLine: this.#recorder.lastLine }),
      });
      scope.fold(chatId);
    }, 'written');
    this.#turn = turn;
    return turn;
  }

  #announceSpeech(): void {
    if (this.#spoke) return;
    this.#spoke = true;
    const { journal, now } = this.#announcer;
    const message: Message = {
      id: this.#recorder.messageId,
      chatId: this.#turn.chatId,
      role: 'assistant',
      turnId: this.#turn.id,
      agent: this.#turn.agent,
      parts: [],
      createdAt: now(),
    };
    const topic = chatTopic(message.chatId);
    journal.append({ topic, messageId: message.id, event: { type: 'message', message } });
  }
}

function isShutdown(signal: AbortSignal): boolean {
  return signal.aborted && (signal.reason as AbortReason) === 'shutdown';
}

function endEvent(turn: Turn, result: TurnResult, signal: AbortSignal): TurnEvent {
  if (result.ok) return turn.state === 'running' ? 'finish' : 'fail';
  if (isShutdown(signal)) return 'interrupt';
  return result.error?.code === 'cancelled' ? 'cancel' : 'fail';
}

function endError(result: TurnResult, signal: AbortSignal): ErrorInfo {
  const error = result.error ?? {
    code: 'agent_failed',
    message: 'The agent failed without saying why. Send again.',
  };
  if (isShutdown(signal)) {
    return {
      code: 'interrupted',
      message: 'The server was stopped while this turn ran. Send again to resume.',
    };
  }
  return error;
}
