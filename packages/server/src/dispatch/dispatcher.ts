import {
  PilotlightError,
  type Chat,
  type SubmitPrompt,
  type Turn,
  type UpdateTurn,
} from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import type { Catalog } from './catalog.ts';
import type { TurnCheckpoints } from './checkpoints/turn-checkpoints.ts';
import type { EarlyOpenings } from './early-openings.ts';
import type { Holds } from './holds.ts';
import { Lane } from './lane.ts';
import type { LateSpeech } from './late-speech.ts';
import type { Queue } from './queue.ts';
import type { TurnRecord } from './turn-record.ts';
import type { TurnRunner } from './turn-runner.ts';
import { isTerminal } from './turn-transitions.ts';

/** After the store refused to begin a turn, until it is asked again. */
const REFUSED_MS = 1000;

export interface DispatcherOptions {
  announcer: Announcer;
  catalog: Catalog;
  queue: Queue;
  runner: TurnRunner;
  early: EarlyOpenings;
  late: LateSpeech;
  checkpoints: TurnCheckpoints;
  holds: Holds;
  /** Whether a turn that waits may be begun, besides what holds its chat. */
  mayBegin(turn: Turn): boolean;
  /** A turn has ended; `measured` resolves when its diff is. */
  onEnded(turn: Turn, measured: Promise<void>): void;
  /** @throws PilotlightError `agent_unknown` */
  checkAgent(agent: string): void;
  onError(error: unknown, chatId: string): void;
}

/** Takes prompts, gives each chat its lane, and cancels. */
export class Dispatcher {
  readonly #o: DispatcherOptions;
  readonly #lanes = new Map<string, Lane<TurnRecord>>();
  #stopping = false;

  constructor(options: DispatcherOptions) {
    this.#o = options;
  }

  submit(chatId: string, body: SubmitPrompt): { turn: Turn; created: boolean } {
    const chat = this.#accepting(chatId);
    if (body.agent !== undefined) this.#o.checkAgent(body.agent);
    const lane = this.#lane(chatId);
    const { journal } = this.#o.announcer;
    // A prompt that can run at once is accepted and begun in one step; who answers the client waits for the disk.
    const { turn, created, begun } = journal.commit(
      () => {
        const agent = body.agent ?? chat.agent;
        this.#o.holds.promptSent(chatId, agent);
        const isFree = lane.isFree && this.#o.holds.mayStart(chatId, agent);
        const { turn, created, isNext } = this.#o.queue.submit(chat, body, isFree);
        return { turn, created, begun: isNext ? this.#o.runner.begin(turn, true) : null };
      },
      'written',
      'soon',
    );
    if (begun !== null) lane.take(begun);
    else if (created) lane.kick();
    return { turn, created };
  }

  updateTurn(id: string, body: UpdateTurn): Turn {
    if (body.agent !== undefined) this.#o.checkAgent(body.agent);
    return this.#o.queue.update(id, body);
  }

  /** The first prompt of a new chat is on its way. */
  expect(chat: Chat): void {
    if (!this.#stopping && this.#o.holds.wouldStart(chat)) this.#o.early.begin(chat);
  }

  /** No prompt is on its way there any more. Resolves when nothing is opened for one; does not reject. */
  async expectNone(chatId: string): Promise<void> {
    await this.#o.early.drop(chatId);
  }

  /** The chat was removed; nothing of it runs any more. */
  forget(chatId: string): void {
    this.#lanes.delete(chatId);
  }

  /** A turn that ran when an earlier server died goes on. Its backend listens for it when this returns. */
  takeUp(turn: Turn): void {
    this.#lane(turn.chatId).take(this.#o.runner.takeUp(turn));
  }

  /** Something may have become runnable in that chat. */
  kick(chatId: string): void {
    this.#lane(chatId).kick();
  }

  isBusy(chatId: string): boolean {
    return this.#lanes.get(chatId)?.runningTurnId != null || this.#o.queue.next(chatId) !== null;
  }

  getTurn(id: string): Turn {
    // What a running turn wrote last may still wait for its group commit.
    this.#o.announcer.journal.flush();
    const turn = this.#o.announcer.store.turns.get(id);
    if (turn === null) throw new PilotlightError('turn_not_found', `There is no turn ${id}.`);
    return turn;
  }

  /** A running turn ends when its agent acknowledged; a queued one at once. @throws `turn_terminal` */
  cancelTurn(id: string): Turn {
    const turn = this.getTurn(id);
    if (turn.state === 'queued') return this.#o.queue.cancel(turn);
    if (isTerminal(turn.state) || !this.#lane(turn.chatId).cancel(id)) {
      throw new PilotlightError('turn_terminal', `Turn ${id} has already ended (${turn.state}).`);
    }
    return turn;
  }

  cancelChat(chatId: string): Turn | null {
    this.#o.catalog.getChat(chatId);
    const running = this.#lanes.get(chatId)?.runningTurnId ?? null;
    return running === null ? null : this.cancelTurn(running);
  }

  /** Resolves when no turn runs or waits, and what follows a turn is done too. */
  async drained(): Promise<void> {
    for (const lane of this.#lanes.values()) await lane.drained();
    await this.#o.checkpoints.drained();
  }

  /** None starts any more; those that run are another server's. */
  leave(): void {
    this.#stopping = true;
    for (const lane of this.#lanes.values()) lane.leave();
  }

  /**
   * Running turns are interrupted, none starts; queued ones stay for the next server. Resolves when they ended, or after
   * `graceMs`: agents that do not acknowledge in time are ended by their backend, and `drained` waits for the rest.
   * `why` their agents cannot go on without this server.
   */
  async stop(why: 'stopped' | 'no_keeper' = 'stopped', graceMs = 5_000): Promise<void> {
    this.#stopping = true;
    this.#o.runner.stop();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([Promise.all([...this.#lanes.values()].map((lane) => lane.stop(why))), late]);
    clearTimeout(timer);
  }

  #accepting(chatId: string): Chat {
    if (this.#stopping) {
      throw new PilotlightError(
        'server_stopping',
        'The server is stopping; send the prompt again when it is back.',
      );
    }
    return this.#o.catalog.getChat(chatId);
  }

  #lane(chatId: string): Lane<TurnRecord> {
    let lane = this.#lanes.get(chatId);
    if (lane === undefined) {
      lane = new Lane<TurnRecord>(chatId, {
        begin: (id) => this.#begin(id),
        turnId: (record) => record.turn.id,
        run: (record, signal) => this.#run(record, signal),
      });
      this.#lanes.set(chatId, lane);
    }
    return lane;
  }

  #begin(chatId: string): TurnRecord | null {
    try {
      const turn = this.#o.queue.next(chatId);
      if (turn === null || !this.#o.holds.mayStart(chatId, turn.agent)) return null;
      if (!this.#o.mayBegin(turn)) return null;
      return this.#o.runner.begin(turn);
    } catch (error) {
      // The store refuses. The turn stays queued until there is room.
      this.#o.onError(error, chatId);
      setTimeout(() => this.#stopping || this.kick(chatId), REFUSED_MS).unref();
      return null;
    }
  }

  async #run(record: TurnRecord, signal: AbortSignal): Promise<void> {
    const { late, runner, checkpoints, announcer } = this.#o;
    const { chatId } = record.turn;
    try {
      late.close(chatId);
      const { turn, place } = await runner.run(record, signal);
      const sessionId = announcer.store.chats.get(chatId)?.sessionId;
      if (turn.state === 'queued') return;
      const isPlaced = place !== null && sessionId !== undefined;
      this.#o.onEnded(turn, isPlaced ? checkpoints.ended(turn, place, sessionId) : Promise.resolve());
    } catch (error) {
      // Only the store can fail here. What was written stays, and the next start marks the turn interrupted.
      this.#o.onError(error, chatId);
    } finally {
      checkpoints.leaves(record.turn.id);
    }
  }
}
