import { PilotlightError } from '@pilotlight/protocol';
import { KeyedLock } from '../workspace/keyed-lock.ts';

/** What a change of a worktree is given: with it, and until it is over, a part of that change may begin inside it. */
export interface HeldWorktree {
  readonly path: string;
}

/**
 * One change at a time in a worktree, whoever makes it: review, restores, forks, removals, repairs. A turn that is to begin
 * waits for its end. Looking at a worktree, or keeping its state, needs none of this.
 */
export class WorktreeLocks {
  readonly #locks = new KeyedLock();

  /** Waits for the changes asked for earlier; `within` names the change that this one is a part of. */
  run<T>(
    path: string,
    work: (held: HeldWorktree) => Promise<T>,
    within: HeldWorktree | null = null,
  ): Promise<T> {
    if (within?.path === path) return work(within);
    return this.#locks.run(path, () => work({ path }));
  }

  /**
   * As `run`, from inside a change of another worktree: two that wait for each other would wait for ever.
   *
   * @throws PilotlightError `conflict` instead of waiting
   */
  async runNow<T>(path: string, within: HeldWorktree | null, work: () => Promise<T>): Promise<T> {
    if (within?.path === path || this.#locks.isFree(path)) return this.run(path, work, within);
    throw new PilotlightError(
      'conflict',
      `Something is being done in ${path} at this moment. Nothing was changed there; try again.`,
      { details: { path } },
    );
  }

  /** Resolves when the changes of that worktree that were asked for are over; null when there are none. */
  settled(path: string): Promise<void> | null {
    return this.#locks.isFree(path) ? null : this.#locks.run(path, async () => {});
  }
}
