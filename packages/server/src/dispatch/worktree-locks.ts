import { PilotlightError } from '@pilotlight/protocol';
import { KeyedLock } from '../workspace/keyed-lock.ts';

/** What a change of a worktree is given: with it, and until it is over, a part of that change may begin inside it. */
export interface HeldWorktree {
  readonly path: string;
}

/**
 * One change at a time in a worktree, whoever makes it: review, restores, forks, removals, repairs. A turn that is to begin
 * waits for its end. Looking at a worktree, or keeping its state, waits for no change; but a change waits for the looks that
 * began before it, so that what a turn left is not mixed with what came after.
 */
export class WorktreeLocks {
  readonly #locks = new KeyedLock();
  readonly #looks = new Map<string, Set<Promise<unknown>>>();

  /** Waits for the changes and looks asked for earlier; `within` names the change that this one is a part of. */
  run<T>(
    path: string,
    work: (held: HeldWorktree) => Promise<T>,
    within: HeldWorktree | null = null,
  ): Promise<T> {
    if (within?.path === path) return work(within);
    return this.#locks.run(path, async () => {
      await Promise.allSettled(this.#looks.get(path) ?? []);
      return work({ path });
    });
  }

  /** As `run` in each of these worktrees at once. */
  runAll<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    // Always in the same order: two that wait for each other would wait for ever.
    const inAll = paths.toSorted().reduce((inner, path) => () => this.run(path, inner), work);
    return inAll();
  }

  /** Looks at a worktree; must not wait for a change of it. */
  async look<T>(path: string, work: () => Promise<T>): Promise<T> {
    const looks = this.#looks.get(path) ?? new Set();
    this.#looks.set(path, looks);
    const look = work();
    looks.add(look);
    try {
      return await look;
    } finally {
      looks.delete(look);
      if (looks.size === 0) this.#looks.delete(path);
    }
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
