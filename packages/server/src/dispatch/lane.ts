/** Why a running turn is aborted, as the reason of its signal. */
export type AbortReason = 'user' | 'stopped' | 'no_keeper';

export interface LaneWork<T> {
  /** Begins the queued turn that is next; null when none waits, or the store refuses. Does not throw. */
  begin(chatId: string): T | null;
  turnId(begun: T): string;
  /** Runs it to its end. Never rejects. */
  run(begun: T, signal: AbortSignal): Promise<void>;
}

/**
 * The one owner of a chat: runs its queued turns one at a time, in order.
 *
 *   idle ──kick, a turn waits──▶ running ──turn ended──▶ next turn, or idle
 *
 * Everything that may have made a turn runnable calls `kick`; who began one already hands it to `take`. `stop` ends the
 * running turn and lets none start.
 */
export class Lane<T> {
  readonly chatId: string;
  readonly #work: LaneWork<T>;
  #current: { turnId: string; abort: AbortController } | null = null;
  #loop: Promise<void> | null = null;
  #stopped = false;

  constructor(chatId: string, work: LaneWork<T>) {
    this.chatId = chatId;
    this.#work = work;
  }

  get runningTurnId(): string | null {
    return this.#current?.turnId ?? null;
  }

  /** Whether a turn that waits would start at once. */
  get isFree(): boolean {
    return !this.#stopped && this.#loop === null;
  }

  kick(): void {
    if (!this.isFree) return;
    const begun = this.#work.begin(this.chatId);
    if (begun !== null) this.take(begun);
  }

  /** Runs a turn that was begun while the lane was free, then what waits behind it. */
  take(begun: T): void {
    this.#loop = this.#runAll(begun).finally(() => {
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

  /** What runs goes on without us; none starts any more. */
  leave(): void {
    this.#stopped = true;
  }

  async stop(why: Exclude<AbortReason, 'user'> = 'stopped'): Promise<void> {
    this.#stopped = true;
    this.#current?.abort.abort(why);
    await this.drained();
  }

  async #runAll(first: T): Promise<void> {
    for (let begun: T | null = first; begun !== null; begun = this.#next()) {
      const abort = new AbortController();
      this.#current = { turnId: this.#work.turnId(begun), abort };
      await this.#work.run(begun, abort.signal);
      this.#current = null;
    }
  }

  #next(): T | null {
    return this.#stopped ? null : this.#work.begin(this.chatId);
  }
}
