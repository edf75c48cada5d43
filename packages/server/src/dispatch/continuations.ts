import {
  CONTINUE_PROMPT,
  chatTopic,
  interruptionReason,
  newId,
  type ErrorInfo,
  type Turn,
} from '@pilotlight/protocol';
import type { CommitScope } from '../journal/journal.ts';
import type { Announcer } from './announcer.ts';
import { queuedTurn } from './queue.ts';
import type { UserSettings } from './user-settings.ts';

/**
 * Turns that go on by themselves after an interruption, where the user wants that. The continuation is queued in the very
 * transaction that ends the interrupted turn, so there is one however often servers die.
 */
export class Continuations {
  readonly #announcer: Announcer;
  readonly #settings: UserSettings;

  constructor(announcer: Announcer, settings: UserSettings) {
    this.#announcer = announcer;
    this.#settings = settings;
  }

  /** Whether a turn that ends with this error goes on by itself. Never twice: not one that is a continuation. */
  isDue(turn: Turn, error: ErrorInfo): boolean {
    const reason = interruptionReason(error);
    if (turn.continues !== null || reason === null || reason === 'stopped') return false;
    return this.#settings.get().continueInterrupted;
  }

  /** Before what waits; inside the transaction that ends the turn. */
  queue(scope: CommitScope, interrupted: Turn): void {
    const { store, now } = this.#announcer;
    const first = store.turns.nextQueued(interrupted.chatId)?.position ?? 1;
    const turn = queuedTurn({
      id: newId('turn'),
      chatId: interrupted.chatId,
      agent: interrupted.agent,
      model: interrupted.model,
      position: first - 1,
      prompt: [{ type: 'text', text: CONTINUE_PROMPT }],
      continues: interrupted.id,
      createdAt: now(),
    });
    store.turns.insert(turn);
    scope.frame({ topic: chatTopic(turn.chatId), event: { type: 'turn', turn } });
  }
}
