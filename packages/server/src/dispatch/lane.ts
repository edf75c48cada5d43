import type { Turn } from '@pilotlight/protocol';

/** Why a running turn is aborted, as the reason of its signal. */
export type AbortReason = 'user' | 'shutdown';

export interface LaneWork {
  /** the queued turn to run next, or null */
  next(chatId: string): Turn | null;
  /** Runs it to its end. Never rejects; false: it could not even be started (the store refuses), so the lane rests. */
  run(turn: Turn, signal: AbortSignal): Promise<boolean>;
}

/**
 * The one owner of a chat: runs its queued turns one at a time, in order.
 *
 *   idle ──kick, a turn waits──▶ running ──turn ended──▶ next turn, or idle
 *
 * Everything that may have made a turn runnable calls `kick`. `stop` ends the running turn and lets none start.
 */
export class Lane {
  readonly chatId: string;
  readonly #work: LaneWork;
  #current: { turnId: string; abort: AbortController } | null = null;
  #loop: Promise<void> | null = null;
  #stopped = false;

  constructor(chatId: string, work: LaneWork) {
    this.chatId = chatId;
    this.#work = work;
  }

  get runningTurnId(): string | null {
    return this.#current?.turnId ?? null;
  }

  kick(): void {
    if (this.#stopped || this.#loop !== null) return;
    this.#loop = this.#runAll().finally(() => {
      this.#loop = null;
    });
  }

  /** False when that turn is not the one running. */
  cancel(turnId: string): boolean {
    if (this.#current?.turnId !== turnId) return false;
    this.#current.abort.abort('user' satisfies AbortReason);
    return true;
  }

  /** Resolves when nothing runs and nothing waits. */
  async drained(): Promise<void> {
    while (this.#loop !== null) await this.#loop;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#current?.abort.abort('shutdown' satisfies AbortReason);
    await this.drained();
  }

  async #runAll(): Promise<void> {
    for (;;) {
      const turn = this.#stopped ? null : this.#work.next(this.chatId);
      if (turn === null) return;
      const abort = new AbortController();
      this.#current = { turnId: turn.id, abort };
      const started = await this.#work.run(turn, abort.signal);
      this.#current = null;
      if (!started) return;
    }
  }
}
