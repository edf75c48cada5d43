import {
  INDEX_TOPIC,
  KEPT_DAYS,
  PilotlightError,
  type BroughtBack,
  type Project,
  type RemovedSession,
  type Session,
  type Worktree,
} from '@pilotlight/protocol';
import type { KeptState, RemovedRow } from '../../store/removed-sessions.ts';
import { commitOfIndex, findUnkept, treeOfIndex } from '../../workspace/checkpoints/last-state.ts';
import { remakeWorktree } from '../../workspace/checkpoints/remake-worktree.ts';
import type { Shadow } from '../../workspace/checkpoints/shadow.ts';
import { takeSnapshot, type Snapshot } from '../../workspace/checkpoints/snapshot.ts';
import { exists, settleInterruptedRemoval } from '../../workspace/interrupted-removal.ts';
import { readBranch, readCommit } from '../../workspace/repository.ts';
import { findSubmoduleWork } from '../../workspace/uncommitted-work.ts';
import { removeWorktree } from '../../workspace/worktrees.ts';
import type { Announcer } from '../announcer.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { DAY_MS } from './steady-clock.ts';

/** What is uncommitted in a worktree that goes: `refuse` while there is any, or `keep` it for some time. */
export type Uncommitted = 'refuse' | 'keep';

export interface RemovedSessionsOptions {
  announcer: Announcer;
  book: CheckpointBook;
  /** under which our git folders lie */
  shadows: string;
}

/**
 * Sessions that go and may come back. Their rows stay for 30 days, out of sight, and the last state of their worktree under
 * a hidden ref:
 *
 *   there ──state kept──▶ removing ──worktree gone──▶ removed ──asked for──▶ restoring ──all is back──▶ there
 *     ▲                      │ it cannot go, or a crash before it went
 *     └──────────────────────┘
 */
export class RemovedSessions {
  readonly #o: RemovedSessionsOptions;

  constructor(options: RemovedSessionsOptions) {
    this.#o = options;
  }

  /** @throws PilotlightError `worktree_dirty`, `worktree_failed`, `conflict`, `git_failed` */
  async remove(session: Session, project: Project, uncommitted: Uncommitted): Promise<void> {
    const { book } = this.#o;
    if (session.worktree === null) {
      this.#refuseBusy(session.id);
      return this.#gone(session.id, null);
    }
    const { worktree } = session;
    await book.alone(worktree.path, async (shadow) => {
      // Asked for twice: the first has kept its state, of which nothing is left to be seen.
      if (this.#o.announcer.store.sessions.get(session.id) === null) return;
      const kept = shadow === null ? null : await this.#keep(session, worktree, shadow, uncommitted);
      // What was accepted until now is run here; from now on nothing is accepted.
      this.#refuseBusy(session.id);
      this.#put({ sessionId: session.id, state: 'removing', removedAt: this.#now(), kept });
      try {
        const reasons =
          shadow && kept ? await this.#isStillKept(shadow, session.id, kept, uncommitted) : undefined;
        const { path, branch } = worktree;
        await removeWorktree({ projectPath: project.path, path, branch, reasons });
      } catch (error) {
        this.#o.announcer.store.removedSessions.remove(session.id);
        throw error;
      }
      this.#gone(session.id, kept);
    });
    book.forget(worktree.path);
  }

  list(): RemovedSession[] {
    const { store } = this.#o.announcer;
    return store.removedSessions.list().flatMap(({ sessionId, state, removedAt, kept }) => {
      const session = store.sessions.evenRemoved(sessionId);
      if (state !== 'removed' || session === null) return [];
      const checkpoint = kept === null ? null : store.checkpoints.get(kept.checkpointId);
      return [{ session, removedAt, keptUntil: removedAt + KEPT_DAYS * DAY_MS, checkpoint }];
    });
  }

  /** @throws PilotlightError `session_not_found`, `worktree_failed`, `git_failed` */
  async bringBack(id: string): Promise<BroughtBack> {
    const { announcer, book, shadows } = this.#o;
    const { store } = announcer;
    const row = store.removedSessions.get(id);
    const session = store.sessions.evenRemoved(id);
    const project = store.projects.get(session?.projectId ?? '');
    if (row === null || row.state === 'removing' || session === null || project === null) {
      throw new PilotlightError(
        'session_not_found',
        `There is no removed session ${id}. What was removed is kept for ${KEPT_DAYS} days; \`pilotlight session removed\` lists it.`,
      );
    }
    const { kept } = row;
    const commit = kept === null ? null : (store.checkpoints.get(kept.checkpointId)?.commit ?? null);
    if (kept === null || commit === null) return this.#back(session, null);
    return book.alone(kept.path, async () => {
      // Asked for twice: the first has brought it back.
      if (store.removedSessions.get(id) === null) return this.#answer(session, false);
      this.#put({ ...row, state: 'restoring' });
      try {
        const branch = await remakeWorktree(
          project.path,
          { ...kept, commit, isBegun: row.state === 'restoring' },
          shadows,
        );
        book.forget(kept.path);
        return this.#back(session, branch);
      } catch (error) {
        this.#put({ ...row, state: 'removed' });
        throw error;
      }
    });
  }

  /** Finishes or takes back what a server that died has begun. One that cannot be holds up no other. */
  async goOn(): Promise<void> {
    const errors: unknown[] = [];
    for (const row of this.#o.announcer.store.removedSessions.list())
      await this.#settle(row).catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  async #settle(row: RemovedRow): Promise<void> {
    const { store } = this.#o.announcer;
    const session = store.sessions.evenRemoved(row.sessionId);
    const project = store.projects.get(session?.projectId ?? '');
    if (row.state === 'restoring') await this.bringBack(row.sessionId);
    if (row.state !== 'removing' || session?.worktree == null || project === null) return;
    const { path, branch } = session.worktree;
    await settleInterruptedRemoval(path);
    if (await exists(path)) store.removedSessions.remove(session.id);
    else {
      await removeWorktree({ projectPath: project.path, path, branch });
      this.#gone(session.id, row.kept);
    }
  }

  #refuseBusy(sessionId: string): void {
    const { chats, turns } = this.#o.announcer.store;
    const busy = chats
      .list(sessionId)
      .find(({ id }) => turns.active(id) !== null || turns.nextQueued(id) !== null);
    if (busy === undefined) return;
    throw new PilotlightError(
      'conflict',
      `A turn runs or waits in chat ${busy.id}. Cancel it first; the session was not removed.`,
    );
  }

  async #keep(
    session: Session,
    { path }: Worktree,
    shadow: Shadow,
    uncommitted: Uncommitted,
  ): Promise<KeptState | null> {
    const [head, branch] = [await readCommit(path, 'HEAD'), await readBranch(path)];
    if (head === null) return null;
    if (uncommitted === 'keep') await this.#refuseUnkept(shadow, session.id);
    const index = await commitOfIndex(shadow, head, this.#now()).catch(() => null);
    const holds = index === null ? [] : [index];
    const wanted = { path, sessionId: session.id, turnId: null, kind: 'kept', holds } as const;
    const { checkpoint } = await this.#o.book.takeWithin(shadow, wanted);
    return { path, branch, head, index, checkpointId: checkpoint.id };
  }

  async #refuseUnkept(shadow: Shadow, sessionId: string): Promise<void> {
    const reasons = await findUnkept(shadow, await this.#look(shadow, sessionId));
    if (reasons.length === 0) return;
    const path = shadow.worktreePath;
    throw new PilotlightError(
      'worktree_dirty',
      `The worktree ${path} was not removed, because it holds what cannot be kept: ${reasons.join('; ')}. Commit it, move it or throw it away, then try again.`,
      { details: { path, reasons } },
    );
  }

  /** What is asked of the folder before it goes: that it is as it was kept. */
  async #isStillKept(
    shadow: Shadow,
    sessionId: string,
    kept: KeptState,
    uncommitted: Uncommitted,
  ): Promise<((folder: string) => Promise<string[]>) | undefined> {
    if (uncommitted === 'refuse') return undefined;
    const commit = this.#o.announcer.store.checkpoints.get(kept.checkpointId)?.commit ?? '';
    const treeOf = async (one: string) => (await shadow.gitOk(['rev-parse', `${one}^{tree}`])).stdout.trim();
    const files = await treeOf(commit);
    const staged = kept.index === null ? null : await treeOf(kept.index);
    return async (folder) => {
      const there = shadow.movedTo(folder);
      const { tree } = await this.#look(there, sessionId);
      const isSame = tree === files && (await readCommit(folder, 'HEAD')) === kept.head;
      if (!isSame || (await treeOfIndex(there)) !== staged) return ['something was changed at this moment'];
      return findSubmoduleWork(folder);
    };
  }

  #look(shadow: Shadow, sessionId: string): Promise<Snapshot> {
    return takeSnapshot(shadow, { ignored: this.#o.book.keepsIgnored(sessionId) });
  }

  #gone(sessionId: string, kept: KeptState | null): void {
    this.#o.announcer.journal.commit((scope) => {
      this.#put({ sessionId, state: 'removed', removedAt: this.#now(), kept });
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'session_removed', sessionId } });
    });
  }

  #back(session: Session, branch: string | null): BroughtBack {
    const { announcer } = this.#o;
    const { store } = announcer;
    const { worktree } = session;
    const isRenamed = branch !== null && worktree !== null && worktree.branch !== branch;
    return announcer.journal.commit((scope) => {
      store.removedSessions.remove(session.id);
      const project = store.projects.get(session.projectId);
      if (project !== null && store.projects.isHidden(project.id)) {
        store.projects.show(project.id);
        scope.frame({ topic: INDEX_TOPIC, event: { type: 'project', project } });
      }
      if (isRenamed) store.worktrees.setBranch(worktree.id, branch);
      announcer.session(scope, store.sessions.get(session.id) ?? session);
      for (const chat of store.chats.list(session.id)) announcer.chatFrames(scope, chat);
      for (const policy of store.policies.list())
        if (policy.scopeId === session.id) announcer.policy(scope, policy);
      return this.#answer(session, isRenamed);
    });
  }

  #answer(session: Session, branchRenamed: boolean): BroughtBack {
    const { store } = this.#o.announcer;
    const chats = store.chats.list(session.id);
    return { session: store.sessions.get(session.id) ?? session, chats, branchRenamed };
  }

  #put(row: RemovedRow): void {
    this.#o.announcer.store.removedSessions.put(row);
  }

  #now(): number {
    return this.#o.announcer.now();
  }
}
