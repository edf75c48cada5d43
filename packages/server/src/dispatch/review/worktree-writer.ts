import type { Selection, Session } from '@pilotlight/protocol';
import { findSelected, stage, unstage } from '../../workspace/review/change-index.ts';
import { emptyTree, type Compared } from '../../workspace/review/comparison-of.ts';
import { readCommit } from '../../workspace/repository.ts';
import type { Announcer } from '../announcer.ts';
import type { Catalog } from '../catalog.ts';
import type { SessionDiffs } from '../checkpoints/session-diffs.ts';
import type { HeldWorktree, WorktreeLocks } from '../worktree-locks.ts';
import { requireReviewPlace, type ReviewPlace } from './review-place.ts';

/** Changes index and working tree of sessions: one at a time in a worktree, and never while a turn runs there. */
export class WorktreeWriter {
  readonly #announcer: Announcer;
  readonly #catalog: Catalog;
  readonly #locks: WorktreeLocks;
  readonly #diffs: SessionDiffs;

  constructor(announcer: Announcer, catalog: Catalog, locks: WorktreeLocks, diffs: SessionDiffs) {
    this.#announcer = announcer;
    this.#catalog = catalog;
    this.#locks = locks;
    this.#diffs = diffs;
  }

  /** @throws PilotlightError `conflict`, `changed_since`, `invalid_request`, `path_outside`, `git_failed` */
  async stage(sessionId: string, { files }: Selection): Promise<void> {
    await this.within(sessionId, async ({ folder }) =>
      stage(folder, await findSelected(folder, { kind: 'unstaged' }, files)),
    );
  }

  /** @throws as `stage` */
  async unstage(sessionId: string, { files }: Selection): Promise<void> {
    await this.within(sessionId, async ({ folder }) => {
      const from = (await readCommit(folder, 'HEAD')) ?? (await emptyTree(folder));
      const compared: Compared = { kind: 'index', from };
      await unstage(folder, await findSelected(folder, compared, files));
    });
  }

  /** The place of a session, where nobody is at work. @throws PilotlightError `conflict` */
  find(sessionId: string): Promise<ReviewPlace> {
    return requireReviewPlace(this.#catalog, sessionId, (place) => this.runningTurn(place));
  }

  /** Runs what changes a worktree, and says so to every client when it is over. @throws PilotlightError `conflict` */
  async within<T>(
    sessionId: string,
    work: (place: ReviewPlace, held: HeldWorktree) => Promise<T>,
  ): Promise<T> {
    const { folder } = await this.find(sessionId);
    return this.#locks.run(folder, async (held) => {
      const place = await this.find(sessionId);
      try {
        return await work(place, held);
      } finally {
        this.tell(sessionId);
      }
    });
  }

  /** Measures how much a session has changed, as the last part of what may have changed its files. */
  measure({ session, folder }: ReviewPlace): Promise<void> {
    return this.#diffs.measure(session, folder);
  }

  /** Says to every client that what is known of the changes of that session may be another now. */
  tell(sessionId: string): void {
    const { journal } = this.#announcer;
    journal.commit((scope) => this.#announcer.review(scope, sessionId));
  }

  /** The turn that runs in the worktree of that session, of whatever session it is; null when none does. */
  runningTurn({ session, folder }: ReviewPlace): string | null {
    return this.#running((other) => other.id === session.id || this.#folderOf(other) === folder);
  }

  /** The turn that runs in a folder. */
  runningTurnIn(folder: string): string | null {
    return this.#running((other) => this.#folderOf(other) === folder);
  }

  #running(isThere: (session: Session) => boolean): string | null {
    const { store } = this.#announcer;
    const running = store.turns.open().find((turn) => {
      if (turn.state === 'queued') return false;
      const session = store.sessions.get(store.chats.get(turn.chatId)?.sessionId ?? '');
      return session !== null && isThere(session);
    });
    return running?.id ?? null;
  }

  #folderOf({ worktree, projectId, inPlace }: Session): string | null {
    if (worktree !== null) return worktree.path;
    return inPlace ? (this.#announcer.store.projects.get(projectId)?.path ?? null) : null;
  }
}
