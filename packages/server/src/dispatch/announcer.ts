import {
  INDEX_TOPIC,
  chatTopic,
  type AgentSession,
  type Chat,
  type ChatHold,
  type Permission,
  type Policy,
  type Session,
  type Task,
  type Turn,
} from '@pilotlight/protocol';
import type { CommitScope, Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';
import { holdsBack, waitsForUser } from './hold-transitions.ts';

/** What of a chat changes; `hold: null`: nothing holds it back any more. */
type ChatChanges = Partial<Omit<Chat, 'hold'>> & { hold?: ChatHold | null };

/** What becomes of a task when its turn or chat is written; null: nothing. */
export interface LedTasks {
  afterTurn(turn: Turn): Task | null;
  afterChat(chat: Chat): Task | null;
}

/**
 * Writes entities and says so: a row and its frames, always in one transaction. Whoever changes an entity does it
 * through here, so that no client can miss it.
 */
export class Announcer {
  readonly store: Store;
  readonly journal: Journal;
  readonly now: () => number;
  #led: LedTasks | null = null;
  #onTask: (task: Task) => void = () => {};

  constructor(store: Store, journal: Journal, now: () => number) {
    this.store = store;
    this.journal = journal;
    this.now = now;
  }

  session(scope: CommitScope, session: Session): void {
    this.store.sessions.update(session);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'session', session } });
  }

  chat(scope: CommitScope, chat: Chat): void {
    this.store.chats.update(chat);
    this.chatFrames(scope, chat);
  }

  /** The frames of a chat whose row is already written. */
  chatFrames(scope: CommitScope, chat: Chat): void {
    const event = { type: 'chat' as const, chat };
    scope.frame({ topic: INDEX_TOPIC, event });
    scope.frame({ topic: chatTopic(chat.id), event });
    const task = this.#led?.afterChat(chat);
    if (task) this.task(scope, task);
  }

  task(scope: CommitScope, task: Task): void {
    this.store.tasks.update(task);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'task', task } });
    this.#onTask(task);
  }

  /** From now on tasks change with their turns and chats. `onTask`: called in the transaction of each change of a task. */
  leadsTasks(led: LedTasks, onTask: (task: Task) => void): void {
    this.#led = led;
    this.#onTask = onTask;
  }

  newTurn(scope: CommitScope, turn: Turn): void {
    this.store.turns.insert(turn);
    scope.frame({ topic: chatTopic(turn.chatId), event: { type: 'turn', turn } });
  }

  turn(scope: CommitScope, turn: Turn): void {
    this.store.turns.update(turn);
    scope.frame({ topic: chatTopic(turn.chatId), event: { type: 'turn', turn } });
    const task = this.#led?.afterTurn(turn);
    if (task) this.task(scope, task);
  }

  /** As `turn`, with the next group commit: for a change that a crash may undo without harm. */
  turnSoon(turn: Turn): void {
    const frame = { topic: chatTopic(turn.chatId), event: { type: 'turn' as const, turn } };
    const task = this.#led?.afterTurn(turn);
    if (!task) return this.journal.defer(() => this.store.turns.update(turn), [frame]);
    const write = (): void => {
      this.store.turns.update(turn);
      this.store.tasks.update(task);
    };
    this.journal.defer(write, [frame, { topic: INDEX_TOPIC, event: { type: 'task', task } }]);
  }

  /** The frames of a permission whose row is already written: in its chat, and in the inbox over all of them. */
  permission(scope: CommitScope, permission: Permission): void {
    const event = { type: 'permission' as const, permission };
    scope.frame({ topic: INDEX_TOPIC, event });
    scope.frame({ topic: chatTopic(permission.chatId), event });
  }

  policy(scope: CommitScope, policy: Policy): void {
    this.store.policies.put(policy);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'policy', policy } });
  }

  /** Something about the review of a session is another, or is about to be in the same commit. */
  review(scope: CommitScope, sessionId: string): void {
    const review = this.store.reviews.grow(sessionId);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'review', review } });
  }

  /** Something about the scripts of a session is another, or is about to be in the same commit. */
  scripts(scope: CommitScope, sessionId: string): void {
    const scripts = this.store.scripts.grow(sessionId);
    scope.frame({ topic: INDEX_TOPIC, event: { type: 'scripts', scripts } });
  }

  agentSession(scope: CommitScope, agentSession: AgentSession): void {
    this.store.agentSessions.upsert(agentSession);
    const event = { type: 'agent_session' as const, agentSession };
    scope.frame({ topic: INDEX_TOPIC, event });
    scope.frame({ topic: chatTopic(agentSession.chatId), event });
  }

  /** As `agentSession`, with the next group commit. */
  agentSessionSoon(agentSession: AgentSession): void {
    const event = { type: 'agent_session' as const, agentSession };
    this.journal.defer(
      () => this.store.agentSessions.upsert(agentSession),
      [
        { topic: INDEX_TOPIC, event },
        { topic: chatTopic(agentSession.chatId), event },
      ],
    );
  }

  /**
   * The chat with its activity, and since when it runs, worked out anew from its turns and open questions, unless the
   * caller knows both.
   */
  refreshChat(scope: CommitScope, chatId: string, changes: ChatChanges = {}): void {
    const chat = this.store.chats.get(chatId);
    if (chat === null) return;
    const { hold: before, ...rest } = chat;
    const { hold = before, ...others } = changes;
    const held = hold === undefined || hold === null ? {} : { hold };
    const activity = changes.activity === undefined ? this.#activity(chatId, hold ?? null) : {};
    this.chat(scope, { ...rest, ...activity, ...others, ...held, updatedAt: this.now() });
  }

  #activity(chatId: string, hold: ChatHold | null): Pick<Chat, 'activity' | 'runningSince'> {
    const waiting = this.store.permissions.list({ chatId, state: 'pending' }).length > 0;
    const active = this.store.turns.active(chatId);
    const queued = active === null ? this.store.turns.nextQueued(chatId) : null;
    const held = queued !== null && hold !== null && holdsBack(hold, queued.agent) && waitsForUser(hold);
    const activity =
      waiting || held ? 'needs_you' : active !== null ? 'running' : queued !== null ? 'queued' : 'idle';
    return { activity, runningSince: active?.startedAt ?? null };
  }
}
