import type { Selection } from '@pilotlight/protocol';
import { KeyedLock } from '../../workspace/keyed-lock.ts';
import { findSelected, stage, unstage } from '../../workspace/review/change-index.ts';
import { emptyTree, type Compared } from '../../workspace/review/comparison-of.ts';
import { readCommit } from '../../workspace/repository.ts';
import type { Announcer } from '../announcer.ts';
import type { Catalog } from '../catalog.ts';
import { requireReviewPlace, type ReviewPlace } from './review-place.ts';

/** Changes index and working tree of sessions: one at a time in a worktree, and never while a turn runs there. */
export class WorktreeWriter {
  readonly #announcer: Announcer;
  readonly #catalog: Catalog;
  readonly #locks = new KeyedLock();

  constructor(announcer: Announcer, catalog: Catalog) {
    this.#announcer = announcer;
    this.#catalog = catalog;
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

  /** Runs what changes a worktree, and says so to every client when it is over. @throws PilotlightError `conflict` */
  async within<T>(sessionId: string, work: (place: ReviewPlace) => Promise<T>): Promise<T> {
    const find = (): Promise<ReviewPlace> =>
      requireReviewPlace(this.#catalog, sessionId, (place) => this.runningTurn(place));
    const { folder } = await find();
    return this.#locks.run(folder, async () => {
      const place = await find();
      try {
        return await work(place);
      } finally {
        const { journal } = this.#announcer;
        journal.commit((scope) => this.#announcer.review(scope, sessionId));
      }
    });
  }

  /** The turn that runs in that folder, of whatever session; null when none does. */
  runningTurn({ session, project }: Pick<ReviewPlace, 'session' | 'project'>): string | null {
    const { store } = this.#announcer;
    const running = store.turns.open().find((turn) => {
      if (turn.state === 'queued') return false;
      const other = store.sessions.get(store.chats.get(turn.chatId)?.sessionId ?? '');
      if (other === null) return false;
      return other.id === session.id || (session.inPlace && other.inPlace && other.projectId === project.id);
    });
    return running?.id ?? null;
  }
}
