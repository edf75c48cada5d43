import {
  MAX_QUEUED_TURNS,
  PilotlightError,
  chatTopic,
  newId,
  type Chat,
  type ContentBlock,
  type Part,
  type ReorderQueue,
  type SubmitPrompt,
  type Turn,
  type UpdateTurn,
} from '@pilotlight/protocol';
import type { CommitScope } from '../journal/journal.ts';
import type { Announcer } from './announcer.ts';
import type { ChatFacts } from './chat-facts.ts';
import { checkContent } from './check-content.ts';
import { promptToParts, titleOf } from './prompt-content.ts';
import { nextTurnState } from './turn-transitions.ts';

/** `with its start`: the caller begins the turn in the same commit, which writes its row and tells clients of it. */
type Announced = 'now' | 'with its start';

export interface Submitted {
  turn: Turn;
  created: boolean;
  /** Nothing waits before it, so the caller begins it, in the same commit; its row is not written yet. */
  isNext: boolean;
}

/** The row of a prompt that waits. */
export function queuedTurn(
  row: Pick<Turn, 'id' | 'chatId' | 'agent' | 'model' | 'position' | 'prompt' | 'continues' | 'createdAt'>,
): Turn {
  return {
    ...row,
    state: 'queued',
    messageId: newId('message'),
    dispatch: null,
    continuity: null,
    startedAt: null,
    endedAt: null,
    error: null,
    diff: null,
    usage: null,
  };
}

/** Accepted prompts that wait for their chat. What it answers is on disk. */
export class Queue {
  readonly #announcer: Announcer;
  readonly #facts: ChatFacts;

  constructor(announcer: Announcer, facts: ChatFacts) {
    this.#announcer = announcer;
    this.#facts = facts;
  }

  /**
   * Accepts a prompt once: the same id again answers the turn it became.
   * @throws PilotlightError `conflict` when the id belongs to another chat or the session is being removed, `queue_full`
   */
  submit(chat: Chat, body: SubmitPrompt, laneIsFree: boolean): Submitted {
    const { store, journal } = this.#announcer;
    const known = store.turns.get(body.id);
    if (known !== null) {
      if (known.chatId === chat.id) return { turn: known, created: false, isNext: false };
      throw new PilotlightError(
        'conflict',
        `Turn ${body.id} belongs to another chat. Make a new id for each prompt.`,
      );
    }
    if (store.removedSessions.get(chat.sessionId)?.state === 'removing') {
      throw new PilotlightError(
        'conflict',
        `The session of chat ${chat.id} is being removed, so nothing was sent. Bring it back when it is gone: \`pilotlight session restore ${chat.sessionId}\`.`,
      );
    }
    const queue = store.turns.queueSize(chat.id);
    if (queue.count >= MAX_QUEUED_TURNS) {
      throw new PilotlightError(
        'queue_full',
        `${MAX_QUEUED_TURNS} prompts already wait in chat ${chat.id}. Delete some, or wait until they ran.`,
      );
    }
    const isNext = laneIsFree && queue.count === 0;
    const turn = journal.commit((scope) =>
      this.#write(scope, chat, body, queue.lastPosition + 1, isNext ? 'with its start' : 'now'),
    );
    return { turn, created: true, isNext };
  }

  /** Writes the first prompt of a new chat that has its title, inside a transaction of the caller. */
  acceptParts(
    scope: CommitScope,
    chat: Chat,
    { id, parts, agent, model }: Pick<Turn, 'id' | 'agent' | 'model'> & { parts: Part[] },
  ): Turn {
    const { now } = this.#announcer;
    const waiting = { position: 1, prompt: parts, continues: null, createdAt: now() };
    const turn = queuedTurn({ id, chatId: chat.id, agent, model, ...waiting });
    this.#announcer.newTurn(scope, turn);
    this.#announcer.refreshChat(scope, chat.id, { agent });
    return turn;
  }

  #write(scope: CommitScope, chat: Chat, body: SubmitPrompt, position: number, announced: Announced): Turn {
    const { store, now } = this.#announcer;
    const turn = queuedTurn({
      id: body.id,
      chatId: chat.id,
      agent: body.agent ?? chat.agent,
      model: body.model ?? null,
      position,
      prompt: promptToParts(checkContent(body.content), store.blobs),
      continues: null,
      createdAt: now(),
    });
    const changes = { agent: turn.agent, unseen: false, ...this.#title(scope, chat, body.content) };
    if (announced === 'with its start') {
      // The start announces the chat; written here only where it differs.
      if (chat.unseen || changes.title !== undefined || changes.agent !== chat.agent)
        store.chats.update({ ...chat, ...changes });
    } else {
      this.#announcer.newTurn(scope, turn);
      this.#announcer.refreshChat(scope, chat.id, changes);
    }
    return turn;
  }

  list(chatId: string): Turn[] {
    return this.#announcer.store.turns.queued(chatId);
  }

  /** The turn that runs next. */
  next(chatId: string): Turn | null {
    return this.#announcer.store.turns.nextQueued(chatId);
  }

  /** @throws PilotlightError `turn_not_found`, `turn_not_queued` */
  update(id: string, body: UpdateTurn): Turn {
    const { store, journal } = this.#announcer;
    const before = this.#queued(id);
    const turn: Turn = {
      ...before,
      agent: body.agent ?? before.agent,
      model: body.model === undefined ? before.model : body.model,
      prompt:
        body.content === undefined ? before.prompt : promptToParts(checkContent(body.content), store.blobs),
    };
    journal.commit((scope) => this.#announcer.turn(scope, turn));
    return turn;
  }

  remove(id: string): void {
    const { store, journal } = this.#announcer;
    const turn = this.#queued(id);
    journal.commit((scope) => {
      store.turns.remove(id);
      scope.frame({ topic: chatTopic(turn.chatId), event: { type: 'turn_removed', turnId: id } });
      this.#announcer.refreshChat(scope, turn.chatId);
    });
  }

  /** Those named go first in the order given; the others keep theirs behind them. */
  reorder(chatId: string, body: ReorderQueue): Turn[] {
    const { journal } = this.#announcer;
    const queued = this.list(chatId);
    const named = body.turnIds.map((id) => {
      const turn = queued.find((candidate) => candidate.id === id);
      if (turn === undefined)
        throw new PilotlightError('turn_not_queued', `Turn ${id} does not wait in this chat.`);
      return turn;
    });
    const order = [...new Set([...named, ...queued])];
    journal.commit((scope) => {
      for (const [index, turn] of order.entries()) {
        if (turn.position !== index + 1) this.#announcer.turn(scope, { ...turn, position: index + 1 });
      }
    });
    return this.list(chatId);
  }

  /** A queued turn is cancelled at once and stays in the transcript's turns as such. */
  cancel(turn: Turn): Turn {
    const { journal, now } = this.#announcer;
    const cancelled: Turn = { ...turn, state: nextTurnState(turn.state, 'cancel'), endedAt: now() };
    journal.commit((scope) => {
      this.#announcer.turn(scope, cancelled);
      this.#announcer.refreshChat(scope, turn.chatId, { lastTurnState: 'cancelled' });
    });
    return cancelled;
  }

  #queued(id: string): Turn {
    const turn = this.#announcer.store.turns.get(id);
    if (turn === null) throw new PilotlightError('turn_not_found', `There is no turn ${id}.`);
    if (turn.state !== 'queued') {
      throw new PilotlightError(
        'turn_not_queued',
        `Turn ${id} is ${turn.state}; only a queued turn can be changed.`,
      );
    }
    return turn;
  }

  /** A chat and a session without a title take the first words of the first prompt. */
  #title(scope: CommitScope, chat: Chat, content: ContentBlock[]): { title?: string } {
    const title = titleOf(content);
    if (title === '' || chat.title !== '') return {};
    this.#facts.automaticTitle(chat.id, title);
    const session = this.#announcer.store.sessions.get(chat.sessionId);
    if (session !== null && session.title === '') this.#announcer.session(scope, { ...session, title });
    return { title };
  }
}
