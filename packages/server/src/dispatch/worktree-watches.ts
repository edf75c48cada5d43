import type { Project, Session, StaleThing } from '@pilotlight/protocol';
import { watchWorktree, type WorktreeWatch } from '../workspace/watch-worktree.ts';

export interface WorktreeWatchesOptions {
  /** @throws PilotlightError `session_not_found` */
  getSession(id: string): Session;
  getProject(id: string): Project;
  /** Looks how much the session has changed by now. Does not reject. */
  measure(session: Session, folder: string): Promise<void>;
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
  /** resolves when the last look that was asked for is over */
  measured: Promise<void>;
  /** until it is looked at again */
  timer: NodeJS.Timeout | undefined;
}

/** Who shows a session reads its changes first, and that is quicker alone. */
const MEASURE_MS = 1_500;
/** Folders watched at once, over all sessions. */
const MOST_WATCHED = 24;

/**
 * Tells those who show a session that its folder changed, and has the session measured. Each folder is watched once, while
 * somebody shows it.
 */
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
    const onChange = (): void => {
      this.tell(session.id, 'files');
      if (path !== null) this.#measure(session.id, path);
    };
    const isRoom = this.#watched.size < MOST_WATCHED;
    const watch =
      path === null || !isRoom
        ? Promise.resolve(null)
        : watchWorktree({ path, onChange }).catch((error: unknown) => {
            this.#o.onError(error);
            return null;
          });
    const watched: Watched = {
      viewers: new Set<SessionViewer>(),
      watch,
      measured: Promise.resolve(),
      timer: undefined,
    };
    this.#watched.set(session.id, watched);
    // What changed before went unseen.
    if (path !== null) void watch.then(() => this.#measure(session.id, path));
    return watched;
  }

  #measure(sessionId: string, path: string): void {
    const watched = this.#watched.get(sessionId);
    if (watched === undefined || watched.timer !== undefined) return;
    watched.timer = setTimeout(() => {
      watched.timer = undefined;
      // One at a time; what changes meanwhile is seen by the next.
      watched.measured = watched.measured
        .then(() => this.#o.measure(this.#o.getSession(sessionId), path))
        .catch((error: unknown) => this.#o.onError(error));
    }, MEASURE_MS).unref();
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

async function end(watched: Watched): Promise<void> {
  await (await watched.watch)?.[Symbol.asyncDispose]();
  // Nothing is told any more that would set it again.
  clearTimeout(watched.timer);
  await watched.measured;
}
