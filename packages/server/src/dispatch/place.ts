import { newId, type Project, type Session, type Worktree } from '@pilotlight/protocol';
import { FolderLook } from '../workspace/folder-look.ts';
import { inspectFolder } from '../workspace/repository.ts';
import {
  assertWorktree,
  createWorktree,
  findMovedWorktree,
  isToBeNamed,
  nameBranch,
} from '../workspace/worktrees.ts';
import type { Announcer } from './announcer.ts';
import { projectFolderGone } from './project-folder.ts';

/** Where a turn works. */
export interface Place {
  path: string;
  /** null when the session works in the project's own folder */
  worktreeId: string | null;
  /** what its changes are measured against; null without git */
  baseCommit: string | null;
}

/** A place in which nothing is missing but, for a moment, the name of its branch. */
export interface ReadyPlace extends Place {
  /** Resolves when the branch has it; an agent gets its prompt after that. @throws PilotlightError `git_failed` */
  named: Promise<void>;
}

/** Makes the new worktree of a session ready to be worked in, where scripts run once it is `named`; null when it is. */
export type PrepareWorktree = (sessionId: string, named: Promise<void>) => Promise<void> | null;

/** Resolves when nobody changes that folder; null when nobody does now. */
export type SettledFolder = (folder: string) => Promise<void> | null;

const NAMED = Promise.resolve();

/**
 * Finds the folder of a session and makes its worktree before the first turn. One at a time per session: its chats
 * share the worktree.
 */
export class Places {
  readonly #announcer: Announcer;
  readonly #worktreesFolder: string;
  readonly #prepare: PrepareWorktree;
  readonly #settled: SettledFolder;
  readonly #look = new FolderLook();
  readonly #making = new Map<string, Promise<ReadyPlace>>();
  /** session id → its branch being named */
  readonly #naming = new Map<string, Promise<void>>();
  /** session id → branch and title that did not come together, not to be tried at each turn */
  readonly #kept = new Map<string, string>();

  constructor(
    announcer: Announcer,
    worktreesFolder: string,
    prepare: PrepareWorktree,
    settled: SettledFolder,
  ) {
    this.#settled = settled;
    this.#announcer = announcer;
    this.#prepare = prepare;
    this.#worktreesFolder = worktreesFolder;
  }

  /** @throws PilotlightError `worktree_missing`, `repository_empty`, `worktree_failed`, `git_failed` */
  async ensure(session: Session, project: Project): Promise<ReadyPlace> {
    const settled = this.#settled(session.worktree?.path ?? project.path);
    if (settled !== null) await settled;
    // What was waited for may have moved it.
    const worktree = this.#announcer.store.sessions.get(session.id)?.worktree ?? null;
    if (worktree !== null) {
      const named = this.nameBranch(session, worktree, project);
      const path = await this.#pathOf(session, worktree, project);
      await this.#prepare(session.id, named);
      return { path, worktreeId: worktree.id, baseCommit: worktree.baseCommit, named };
    }
    if (session.inPlace || project.kind === 'folder')
      return { ...(await this.#inPlace(project)), named: NAMED };
    const running = this.#making.get(session.id) ?? this.#make(session, project);
    this.#making.set(session.id, running);
    return running.finally(() => this.#making.delete(session.id));
  }

  /** Where it is, also when it was moved; never somewhere empty. @throws PilotlightError `worktree_missing` */
  async #pathOf(session: Session, worktree: Worktree, project: Project): Promise<string> {
    try {
      await assertWorktree(worktree.path);
      return worktree.path;
    } catch (error) {
      const lost = {
        projectPath: project.path,
        worktreesFolder: this.#worktreesFolder,
        sessionId: session.id,
      };
      const moved = await findMovedWorktree({ ...lost, ...worktree }).catch(() => null);
      if (moved === null) throw error;
      const { store, journal } = this.#announcer;
      journal.commit((scope) => {
        store.worktrees.setPath(worktree.id, moved);
        const current = store.sessions.get(session.id);
        if (current !== null) this.#announcer.session(scope, current);
      });
      return moved;
    }
  }

  async #inPlace(project: Project): Promise<Place> {
    const found = await this.#look.exists(project.path);
    if (!found) throw projectFolderGone(project);
    if (project.kind === 'folder') return { path: project.path, worktreeId: null, baseCommit: null };
    const folder = await inspectFolder(project.path);
    const baseCommit = folder.kind === 'git' ? folder.headCommit : null;
    return { path: project.path, worktreeId: null, baseCommit };
  }

  /**
   * A branch is called as its session is, also when that was given another title. Once at a time for each session; nobody has
   * to wait for it. @throws PilotlightError `git_failed`
   */
  nameBranch(session: Session, worktree: Worktree, project: Project): Promise<void> {
    const before = this.#naming.get(session.id);
    if (before !== undefined) return before;
    const naming = this.#nameBranch(session, worktree, project).finally(() =>
      this.#naming.delete(session.id),
    );
    naming.catch(() => {});
    this.#naming.set(session.id, naming);
    return naming;
  }

  /** Resolves when no branch is being named, or not that of the session. */
  async named(sessionId?: string): Promise<void> {
    const one = sessionId === undefined ? null : this.#naming.get(sessionId);
    await Promise.allSettled(one === null ? this.#naming.values() : [one]);
  }

  async #nameBranch({ id, title }: Session, worktree: Worktree, project: Project): Promise<void> {
    const named = { sessionId: id, branch: worktree.branch, name: title };
    if (!isToBeNamed(named)) return;
    const wish = `${worktree.branch} ${title}`;
    if (this.#kept.get(id) === wish) return;
    const { store, journal } = this.#announcer;
    const isNew = store.checkpoints.latest(id) === null;
    const branch = await nameBranch({ ...named, projectPath: project.path, path: worktree.path, isNew });
    if (branch === null) {
      this.#kept.set(id, wish);
      return;
    }
    journal.commit((scope) => {
      store.worktrees.setBranch(worktree.id, branch);
      const current = store.sessions.get(id);
      if (current !== null) this.#announcer.session(scope, current);
    }, 'written');
  }

  async #make(session: Session, project: Project): Promise<ReadyPlace> {
    const made = await createWorktree({
      projectPath: project.path,
      worktreesFolder: this.#worktreesFolder,
      sessionId: session.id,
      name: session.title,
      base: session.base ?? undefined,
    });
    const { store, journal } = this.#announcer;
    const worktree = { id: newId('worktree'), ...made };
    journal.commit((scope) => {
      store.worktrees.insert({ ...worktree, sessionId: session.id });
      const current = store.sessions.get(session.id);
      if (current !== null) this.#announcer.session(scope, { ...current, worktree });
    });
    await this.#prepare(session.id, NAMED);
    return { path: worktree.path, worktreeId: worktree.id, baseCommit: worktree.baseCommit, named: NAMED };
  }
}

/** Where a turn that already ran works, without a look at the disk. */
export function placeNow({ worktree }: Session, project: Project): Place {
  if (worktree === null) return { path: project.path, worktreeId: null, baseCommit: null };
  return { path: worktree.path, worktreeId: worktree.id, baseCommit: worktree.baseCommit };
}
