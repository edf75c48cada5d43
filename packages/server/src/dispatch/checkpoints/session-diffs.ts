import type { DiffStat, Session } from '@pilotlight/protocol';
import type { CommitScope } from '../../journal/journal.ts';
import { countChanges } from '../../workspace/checkpoints/compare-trees.ts';
import type { Shadow } from '../../workspace/checkpoints/shadow.ts';
import { readHead } from '../../workspace/read-head.ts';
import type { Announcer } from '../announcer.ts';
import type { CheckpointBook } from './checkpoint-book.ts';

/** How much a session has changed since its base: measured after its turns, after what else of ours changed its files, and while somebody looks at it. */
export class SessionDiffs {
  readonly #announcer: Announcer;
  readonly #book: CheckpointBook;
  readonly #onError: (error: unknown) => void;

  constructor(announcer: Announcer, book: CheckpointBook, onError: (error: unknown) => void) {
    this.#announcer = announcer;
    this.#book = book;
    this.#onError = onError;
  }

  /** Looks at the folder of the session, as the last part of a change of it. Does not reject. */
  measure(session: Session, folder: string): Promise<void> {
    return this.#measure(session, folder, (base) => this.#book.measure(folder, session.id, base));
  }

  /** As `measure`, where it is known what the files are. */
  measureTree(session: Session, shadow: Shadow, tree: string): Promise<void> {
    return this.#measure(session, shadow.worktreePath, (base) => countChanges(shadow, base, tree));
  }

  /** Says it where it is another than before, and the session is still there. */
  write(scope: CommitScope, sessionId: string, diff: DiffStat): void {
    const session = this.#announcer.store.sessions.get(sessionId);
    if (session === null || JSON.stringify(session.diff) === JSON.stringify(diff)) return;
    this.#announcer.session(scope, { ...session, diff });
  }

  async #measure(
    { id, worktree }: Session,
    folder: string,
    count: (base: string) => Promise<DiffStat | null>,
  ): Promise<void> {
    try {
      // In place a session is compared with what is committed.
      const base = worktree?.baseCommit ?? (await readHead(folder));
      const diff = base === null ? null : await count(base);
      if (diff !== null) this.#announcer.journal.commit((scope) => this.write(scope, id, diff));
    } catch (error) {
      this.#onError(error);
    }
  }
}
