import { newId, type Project, type Worktree } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';
import { readHead } from '../workspace/read-head.ts';
import { assertWorktree, createWorktree, dropWorktree } from '../workspace/worktrees.ts';

/** A worktree that waits for the session that will have its id. */
export interface ReservedWorktree {
  sessionId: string;
  projectId: string;
  projectPath: string;
  path: string;
  branch: string;
  baseCommit: string;
}

/** One of them, given out. */
export interface Reservation {
  /** of the session that is to have it */
  sessionId: string;
  worktree: Worktree;
  /** To be called in the transaction that writes the session. */
  written(): void;
  /** To be called in the end; where no session was written, it waits for another. */
  settle(): void;
}

/** What is done in a worktree before a session has it, so that its first turn need not wait for that. */
export interface AheadOfSession {
  /** At once where it was done. @throws PilotlightError `git_failed` */
  prepare(path: string, ids: { projectId: string; sessionId: string }): Promise<void>;
  /** The worktree is gone. */
  forget(path: string): void;
}

export interface ReservedWorktreesOptions {
  store: Store;
  worktreesFolder: string;
  /** ids of the projects in which one is to wait */
  wanted(): string[];
  ahead(): AheadOfSession;
  now(): number;
  onError(error: unknown): void;
}

const KEY = 'reserved_worktrees';
/** How long an agent waits for the first prompt of a session that was made. */
const FIRST_PROMPT_MS = 10 * 60_000;

/**
 * Worktrees made before their session, so that the first turn need not wait for the files, and an agent can have a session
 * open in it. Each is made for the id of a session to come, as its names say. One at the project's HEAD for each project that is wanted; what they are is on disk before they are made.
 */
export class ReservedWorktrees {
  readonly #o: ReservedWorktreesOptions;
  #waiting: ReservedWorktree[];
  /** given out, until their session is written */
  readonly #taken = new Set<ReservedWorktree>();
  /** path of one that a session has → until when an agent waits in it for the first prompt of that session */
  readonly #awaited = new Map<string, { projectId: string; until: number }>();
  #tending: Promise<void> | null = null;
  readonly #stopping = new AbortController();

  constructor(options: ReservedWorktreesOptions) {
    this.#o = options;
    this.#waiting = (options.store.settings.get(KEY) as ReservedWorktree[] | undefined) ?? [];
  }

  /** Folders in which an agent is to wait for the first prompt of a session of the project, one that is there already first. */
  paths(projectId: string): string[] {
    for (const [path, { until }] of this.#awaited) if (until < this.#o.now()) this.#awaited.delete(path);
    const awaited = [...this.#awaited].filter(([, one]) => one.projectId === projectId).map(([path]) => path);
    const waiting = [...this.#taken, ...this.#waiting].filter(
      (one) => one.projectId === projectId && one.path !== '',
    );
    return [...awaited, ...waiting.map(({ path }) => path)];
  }

  /** The agent that waited there has its session. */
  arrived(path: string): void {
    this.#awaited.delete(path);
  }

  /**
   * The worktree for a session of the project that starts from its HEAD, or null.
   */
  async take({ id, path }: Project): Promise<Reservation | null> {
    const found = this.#waiting.find((one) => one.projectId === id && one.path !== '');
    if (found === undefined) return null;
    this.#forget(found);
    this.#taken.add(found);
    let isUsed = false;
    const written = (): void => {
      isUsed = true;
      this.#awaited.set(found.path, { projectId: id, until: this.#o.now() + FIRST_PROMPT_MS });
      this.#write(found);
    };
    const settle = (): void => {
      this.#taken.delete(found);
      if (!isUsed) this.#waiting.push(found);
    };
    if (await isCurrent(found, path)) {
      const { sessionId, branch, baseCommit } = found;
      const worktree = { id: newId('worktree'), path: found.path, branch, baseCommit };
      return { sessionId, worktree, written, settle };
    }
    settle();
    return null;
  }

  /** Makes what is missing and removes what is outdated or wanted no more. Resolves when it is done; does not reject. */
  tend(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return (this.#tending ??= this.#tend()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#o.onError(error);
      })
      .finally(() => (this.#tending = null)));
  }

  async dispose(): Promise<void> {
    this.#stopping.abort();
    await this.#tending;
  }

  async #tend(): Promise<void> {
    const wanted = new Set(this.#o.wanted());
    for (const one of this.#waiting) {
      if (this.#stopping.signal.aborted) return;
      const isWanted = wanted.has(one.projectId) && one.path !== '';
      if (!isWanted || !(await isCurrent(one, one.projectPath))) {
        await this.#remove(one);
        continue;
      }
      wanted.delete(one.projectId);
      await this.#o.ahead().prepare(one.path, one);
    }
    for (const projectId of wanted) await this.#make(projectId);
  }

  async #make(projectId: string): Promise<void> {
    const project = this.#o.store.projects.get(projectId);
    if (this.#stopping.signal.aborted || project === null) return;
    const sessionId = newId('session');
    const planned = { sessionId, projectId, projectPath: project.path, path: '', branch: '', baseCommit: '' };
    // On disk first: what a crash leaves half made is cleared away by the next server.
    this.#waiting.push(planned);
    this.#write();
    const { path, branch, baseCommit } = await createWorktree({
      projectPath: project.path,
      worktreesFolder: this.#o.worktreesFolder,
      sessionId,
      name: '',
      signal: this.#stopping.signal,
    });
    this.#waiting = this.#waiting.map((one) =>
      one === planned ? { ...one, path, branch, baseCommit } : one,
    );
    this.#write();
    await this.#o.ahead().prepare(path, { projectId, sessionId });
  }

  async #remove(one: ReservedWorktree): Promise<void> {
    // Not given out meanwhile.
    if (!this.#waiting.includes(one)) return;
    this.#forget(one);
    const { sessionId, projectPath } = one;
    await dropWorktree({ projectPath, worktreesFolder: this.#o.worktreesFolder, sessionId });
    this.#o.ahead().forget(one.path);
    this.#write();
  }

  #forget(one: ReservedWorktree): void {
    this.#waiting = this.#waiting.filter((each) => each !== one);
  }

  #write(without?: ReservedWorktree): void {
    const known = [...this.#waiting, ...this.#taken].filter((one) => one !== without);
    this.#o.store.settings.set(KEY, known);
  }
}

/** Whether it is as one that is made now would be. */
async function isCurrent({ path, baseCommit }: ReservedWorktree, projectPath: string): Promise<boolean> {
  try {
    await assertWorktree(path);
    return (await readHead(projectPath)) === baseCommit;
  } catch {
    return false;
  }
}
