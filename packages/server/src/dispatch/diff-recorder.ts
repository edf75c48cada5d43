import type { Turn } from '@pilotlight/protocol';
import { diffStat } from '../workspace/diff-stat.ts';
import type { Announcer } from './announcer.ts';
import type { Place } from './place.ts';

/**
 * After a turn: what the worktree differs by from its base, written to the turn and the session. Runs beside the lane,
 * so that the next prompt need not wait for git; the newest turn of a session wins.
 */
export class DiffRecorder {
  readonly #announcer: Announcer;
  readonly #running = new Map<string, Promise<void>>();
  readonly #onError: (error: unknown) => void;

  constructor(announcer: Announcer, onError: (error: unknown) => void) {
    this.#announcer = announcer;
    this.#onError = onError;
  }

  /** Resolves when it is written; does not reject. */
  record(turn: Turn, place: Place, sessionId: string): Promise<void> {
    if (place.baseCommit === null) return Promise.resolve();
    const before = this.#running.get(sessionId) ?? Promise.resolve();
    const next = before
      .then(() => this.#measure(turn, place, sessionId))
      .catch(this.#onError)
      .finally(() => {
        if (this.#running.get(sessionId) === next) this.#running.delete(sessionId);
      });
    this.#running.set(sessionId, next);
    return next;
  }

  async drained(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #measure(turn: Turn, place: Place, sessionId: string): Promise<void> {
    if (place.baseCommit === null) return;
    const diff = await diffStat({ worktreePath: place.path, baseCommit: place.baseCommit });
    const { store, journal } = this.#announcer;
    const session = store.sessions.get(sessionId);
    const current = store.turns.get(turn.id);
    if (session === null || current === null) return;
    journal.commit((scope) => {
      this.#announcer.turn(scope, { ...current, diff });
      if (JSON.stringify(session.diff) !== JSON.stringify(diff))
        this.#announcer.session(scope, { ...session, diff });
    });
  }
}
