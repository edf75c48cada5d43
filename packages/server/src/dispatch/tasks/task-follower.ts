import { type Chat, type Task, type Turn } from '@pilotlight/protocol';
import type { Store } from '../../store/store.ts';
import { isTerminal } from '../turn-transitions.ts';
import { nextTask, type TaskEvent } from './task-transitions.ts';

/**
 * Tasks go where their turns and chats go, in the same transaction. Knows which turns are of tasks, so that any other turn
 * costs a look into a map.
 */
export class TaskFollower {
  readonly #store: Store;
  readonly #now: () => number;
  /** of tasks that are not over */
  readonly #byTurn = new Map<string, string>();
  readonly #byChat = new Map<string, string>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    for (const task of store.tasks.open()) this.follow(task);
  }

  /** Its turn, and its chat where it has one, are its own from now on. */
  follow(task: Task): void {
    this.#byTurn.set(task.turnId, task.id);
    if (task.chatId !== null) this.#byChat.set(task.chatId, task.id);
  }

  /** It is over, or its turn is another one now. */
  forget({ turnId, chatId }: Pick<Task, 'turnId' | 'chatId'>): void {
    this.#byTurn.delete(turnId);
    if (chatId !== null) this.#byChat.delete(chatId);
  }

  /** The task of a turn, while it is not over. */
  taskOf(turnId: string): Task | null {
    const id = this.#byTurn.get(turnId);
    return id === undefined ? null : this.#store.tasks.get(id);
  }

  /** What became of the task of a turn that is written now; null: nothing. */
  afterTurn(turn: Turn): Task | null {
    const task = this.taskOf(turn.id);
    if (task === null) return null;
    // One that ran ends when its result is gathered.
    if (isTerminal(turn.state) && turn.startedAt !== null) return null;
    const event = this.#event(turn, this.#store.chats.get(turn.chatId));
    return event === null ? null : this.#changed(task, event);
  }

  /** What became of the task of a chat that is written now; null: nothing. */
  afterChat(chat: Chat): Task | null {
    const id = this.#byChat.get(chat.id);
    const task = id === undefined ? null : this.#store.tasks.get(id);
    if (task === null) return null;
    const turn = this.#store.turns.get(task.turnId);
    // Somebody took its prompt out of the queue.
    const event = turn === null ? this.#cancelled() : this.#event(turn, chat);
    return event === null || (turn !== null && isTerminal(turn.state)) ? null : this.#changed(task, event);
  }

  #event({ state, startedAt }: Turn, chat: Chat | null): TaskEvent | null {
    switch (state) {
      case 'starting':
        return { type: 'turn_starting', at: startedAt ?? this.#now() };
      case 'running':
        return { type: chat?.activity === 'needs_you' ? 'asked' : 'turn_running' };
      case 'queued':
        return chat?.hold == null ? null : { type: 'held' };
      default:
        return this.#cancelled();
    }
  }

  #cancelled(): TaskEvent {
    return { type: 'end', at: this.#now(), as: 'cancelled', error: null, result: null };
  }

  #changed(task: Task, event: TaskEvent): Task | null {
    const next = nextTask(task, event);
    if (next.state === task.state) return null;
    if (event.type === 'end') this.forget(task);
    return next;
  }
}
