import {
  INDEX_TOPIC,
  PilotlightError,
  type Project,
  type RepairedSession,
  type Session,
  type Worktree,
} from '@pilotlight/protocol';
import { stat } from 'node:fs/promises';
import { gitOk } from '../workspace/git.ts';
import { inspectFolder } from '../workspace/repository.ts';
import { repairWorktree } from '../workspace/worktrees.ts';
import type { Announcer } from './announcer.ts';
import { fillFrom } from '../workspace/checkpoints/fill-from.ts';
import type { CheckpointBook } from './checkpoints/checkpoint-book.ts';
import type { HeldWorktree, WorktreeLocks } from './worktree-locks.ts';

export interface RepairsOptions {
  announcer: Announcer;
  locks: WorktreeLocks;
  book: Pick<CheckpointBook, 'alone' | 'look' | 'forget'>;
  worktreesFolder: string;
  getSession(id: string): Session;
  getProject(id: string): Project;
}

/** Brings back what was moved or deleted behind our back. Nothing that is there is overwritten. */
export class Repairs {
  readonly #o: RepairsOptions;

  constructor(options: RepairsOptions) {
    this.#o = options;
  }

  /**
   * The worktree of a session: found where it was moved to, linked again, or made again from its branch with the last state
   * that was kept.
   * @throws PilotlightError `conflict` while a turn runs in it or it never had one, `worktree_failed`, `git_failed`
   */
  async repairSession(id: string): Promise<RepairedSession> {
    const { worktree } = this.#o.getSession(id);
    if (worktree === null)
      throw new PilotlightError('conflict', 'The session has no worktree of its own to be repaired.');
    const { chats, turns } = this.#o.announcer.store;
    // One that begins from now on waits for the repair.
    if (chats.list(id).some((chat) => turns.active(chat.id) !== null))
      throw new PilotlightError('conflict', 'A turn runs in this session. Cancel it first.');
    return this.#o.locks.run(worktree.path, (held) => this.#repair(id, worktree, held));
  }

  /**
   * Says where the folder of a project is now. Worktrees of its sessions are linked to it again.
   * @throws PilotlightError `conflict` while the old folder is there or another project has the new one, `invalid_request`
   */
  async moveProject(id: string, path: string): Promise<Project> {
    const { store, journal } = this.#o.announcer;
    const project = this.#o.getProject(id);
    if ((await stat(project.path).catch(() => null)) !== null)
      throw new PilotlightError('conflict', `${project.path} is still there, so the project was not moved.`);
    const found = await inspectFolder(path);
    if (found.kind !== project.kind) {
      throw new PilotlightError(
        'invalid_request',
        `${path} is not the folder of project "${project.name}": a ${project.kind} is wanted, this is ${found.kind.replaceAll('_', ' ')}.`,
      );
    }
    const other = store.projects.byPath(found.root);
    if (other !== null)
      throw new PilotlightError('conflict', `${found.root} is project "${other.name}" already.`);
    const worktrees = store.sessions.list(id).flatMap(({ worktree }) => worktree?.path ?? []);
    if (found.kind === 'git' && worktrees.length > 0) {
      const link = () => gitOk(['worktree', 'repair', ...worktrees], { cwd: found.root });
      await this.#o.locks.runAll(worktrees, link);
      for (const worktree of worktrees) this.#o.book.forget(worktree);
    }
    const moved = { ...project, path: found.root };
    journal.commit((scope) => {
      store.projects.setPath(id, moved.path);
      scope.frame({ topic: INDEX_TOPIC, event: { type: 'project', project: moved } });
    });
    return moved;
  }

  async #repair(id: string, worktree: Worktree, held: HeldWorktree): Promise<RepairedSession> {
    const { announcer, worktreesFolder, book } = this.#o;
    const { store, journal } = announcer;
    const session = this.#o.getSession(id);
    const checkpoint = store.checkpoints.latest(id);
    const projectPath = this.#o.getProject(session.projectId).path;
    const fill = (at: string, commit: string): Promise<void> =>
      book.alone(
        at,
        async (shadow) => {
          if (shadow === null) return;
          const { tree } = await book.look(shadow, id);
          await fillFrom(shadow, { tree, commit, sources: [projectPath] });
        },
        held,
      );
    const { how, path, branch, fromCheckpoint } = await repairWorktree({
      projectPath,
      worktreesFolder,
      sessionId: id,
      name: session.title,
      checkpoint: checkpoint?.commit ?? null,
      fill,
      ...worktree,
    });
    if (how === 'recreated') for (const one of [worktree.path, path]) book.forget(one);
    journal.commit((scope) => {
      store.worktrees.setPath(worktree.id, path);
      store.worktrees.setBranch(worktree.id, branch);
      if (how === 'recreated') store.scripts.setUnprepared(id);
      announcer.session(scope, this.#o.getSession(id));
    });
    const stateOf = fromCheckpoint ? (checkpoint?.createdAt ?? null) : null;
    return { session: this.#o.getSession(id), how, stateOf };
  }
}
