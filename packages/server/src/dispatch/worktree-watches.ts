import type { Project, Session, StaleThing } from '@pilotlight/protocol';
import { watchWorktree, type WorktreeWatch } from '../workspace/watch-worktree.ts';

export interface WorktreeWatchesOptions {
  /** @throws PilotlightError `session_not_found` */
  getSession(id: string): Session;
  getProject(id: string): Project;
  onError(error: unknown): void;
}

/** Somebody who shows a session. */
export interface SessionViewer {
  /** answers the watch, once; `complete: false`: some changes go unseen */
  onWatching(complete: boolean): void;
  onStale(what: StaleThing): void;
}

interface Watched {
  viewers: Set<SessionViewer>;
  /** null: there is no folder to watch, or too many are watched */
  watch: Promise<WorktreeWatch | null>;
}

/** Folders watched at once, over all sessions. */
const MOST_WATCHED = 24;

/** Tells those who show a session that its folder changed. Each folder is watched once, while somebody shows it. */
export class WorktreeWatches implements AsyncDisposable {
  readonly #o: WorktreeWatchesOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: WorktreeWatchesOptions) {
    this.#o = options;
  }

  /** Disposing ends it. @throws PilotlightError `session_not_found` */
  watch(sessionId: string, viewer: SessionViewer): Disposable {
    const session = this.#o.getSession(sessionId);
    const watched = this.#watched.get(sessionId) ?? this.#begin(session);
    watched.viewers.add(viewer);
    void watched.watch.then((watch) => {
      if (watched.viewers.has(viewer)) viewer.onWatching(watch?.complete === true);
    });
    return {
      [Symbol.dispose]: () => {
        watched.viewers.delete(viewer);
        if (watched.viewers.size > 0 || this.#watched.get(sessionId) !== watched) return;
        this.#watched.delete(sessionId);
        void end(watched);
      },
    };
  }

  tell(sessionId: string, what: StaleThing): void {
    for (const viewer of this.#watched.get(sessionId)?.viewers ?? []) viewer.onStale(what);
  }

  #begin(session: Session): Watched {
    const path = this.#pathOf(session);
    const isRoom = this.#watched.size < MOST_WATCHED;
    const watch =
      path === null || !isRoom
        ? Promise.resolve(null)
        : watchWorktree({ path, onChange: () => this.tell(session.id, 'files') }).catch((error: unknown) => {
            this.#o.onError(error);
            return null;
          });
    const watched = { viewers: new Set<SessionViewer>(), watch };
    this.#watched.set(session.id, watched);
    return watched;
  }

  /** null before its worktree is there, and without git: there nothing is compared. */
  #pathOf(session: Session): string | null {
    if (session.worktree !== null) return session.worktree.path;
    const project = this.#o.getProject(session.projectId);
    return session.inPlace && project.kind === 'git' ? project.path : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#watched.values()];
    this.#watched.clear();
    await Promise.all(all.map(end));
  }
}

async function end({ watch }: Watched): Promise<void> {
  await (await watch)?.[Symbol.asyncDispose]();
}
