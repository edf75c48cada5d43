import {
  PilotlightError,
  type Chat,
  type SubmitPrompt,
  type Turn,
  type UpdateTurn,
} from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import type { Catalog } from './catalog.ts';
import type { DiffRecorder } from './diff-recorder.ts';
import { Lane } from './lane.ts';
import type { LateSpeech } from './late-speech.ts';
import type { Queue } from './queue.ts';
import type { TurnRunner } from './turn-runner.ts';
import { isTerminal } from './turn-transitions.ts';

export interface DispatcherOptions {
  announcer: Announcer;
  catalog: Catalog;
  queue: Queue;
  runner: TurnRunner;
  late: LateSpeech;
  diffs: DiffRecorder;
  /** @throws PilotlightError `agent_unknown` */
  checkAgent(agent: string): void;
  onError(error: unknown, chatId: string): void;
}

/** Takes prompts, gives each chat its lane, and cancels. */
export class Dispatcher {
  readonly #o: DispatcherOptions;
  readonly #lanes = new Map<string, Lane>();
  #stopping = false;

  constructor(options: DispatcherOptions) {
    this.#o = options;
  }

  submit(chatId: string, body: SubmitPrompt): { turn: Turn; created: boolean } {
    const chat = this.#accepting(chatId);
    if (body.agent !== undefined) this.#o.checkAgent(body.agent);
    const answer = this.#o.queue.submit(chat, body);
    if (answer.created) this.kick(chatId);
    return answer;
  }

  updateTurn(id: string, body: UpdateTurn): Turn {
    if (body.agent !== undefined) this.#o.checkAgent(body.agent);
    return this.#o.queue.update(id, body);
  }

  /** Something may have become runnable in that chat. */
  kick(chatId: string): void {
    this.#lane(chatId).kick();
  }

  isBusy(chatId: string): boolean {
    return this.#lanes.get(chatId)?.runningTurnId != null || this.#o.queue.list(chatId).length > 0;
  }

  getTurn(id: string): Turn {
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
    await this.#o.diffs.drained();
  }

  /** Running turns are interrupted, none starts; queued ones stay for the next server. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    await this.#o.diffs.drained();
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

  #lane(chatId: string): Lane {
    let lane = this.#lanes.get(chatId);
    if (lane === undefined) {
      lane = new Lane(chatId, {
        next: (id) => this.#o.queue.list(id)[0] ?? null,
        run: (turn, signal) => this.#run(turn, signal),
      });
      this.#lanes.set(chatId, lane);
    }
    return lane;
  }

  async #run(turn: Turn, signal: AbortSignal): Promise<boolean> {
    const { late, runner, diffs, announcer } = this.#o;
    try {
      late.close(turn.chatId);
      const { turn: ended, place } = await runner.run(turn, signal);
      const sessionId = announcer.store.chats.get(ended.chatId)?.sessionId;
      if (place !== null && sessionId !== undefined) diffs.record(ended, place, sessionId);
      return true;
    } catch (error) {
      // Only the store can fail here. What was written stays; the next prompt, or the next start, takes it up.
      this.#o.onError(error, turn.chatId);
      return false;
    }
  }
}
