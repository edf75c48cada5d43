import {
  PilotlightError,
  type Checkpoint,
  type NotRestored,
  type Restored,
  type RestoreFiles,
  type RestoredFile,
  type Session,
  type TurnCheckpoints,
  type UndoTurn,
} from '@pilotlight/protocol';
import { compareTrees, isOfRepository, type TreeChange } from '../../workspace/checkpoints/compare-trees.ts';
import { fromClient, shown } from '../../workspace/checkpoints/path-bytes.ts';
import { putBack, treeWith } from '../../workspace/checkpoints/put-back.ts';
import type { Shadow } from '../../workspace/checkpoints/shadow.ts';
import type { Announcer } from '../announcer.ts';
import type { HeldWorktree } from '../worktree-locks.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { planUndo } from './plan-undo.ts';
import type { SessionDiffs } from './session-diffs.ts';

/** A restore that has begun; on disk until it is done. */
interface Unfinished {
  sessionId: string;
  path: string;
  /** the tree the files become */
  tree: string;
  /** the files that change, one character a byte */
  paths: string[];
}

/** What is to become of the files. */
interface Plan {
  changes: TreeChange[];
  notRestored: NotRestored[];
}

const UNFINISHED = 'unfinished_restores';

/**
 * Puts files back to how they were at a checkpoint, or before a turn. The present state is kept first; index, HEAD and stash
 * stay. Never while a turn runs in the worktree; a turn that is to begin meanwhile waits.
 */
export class Restores {
  readonly #announcer: Announcer;
  readonly #book: CheckpointBook;
  readonly #diffs: SessionDiffs;

  constructor(announcer: Announcer, book: CheckpointBook, diffs: SessionDiffs) {
    this.#announcer = announcer;
    this.#book = book;
    this.#diffs = diffs;
  }

  list(sessionId: string): Checkpoint[] {
    this.#session(sessionId);
    return this.#announcer.store.checkpoints.list(sessionId);
  }

  /** @throws PilotlightError `turn_not_found` */
  ofTurn(turnId: string): TurnCheckpoints {
    const { store } = this.#announcer;
    if (store.turns.get(turnId) === null) {
      throw new PilotlightError('turn_not_found', `There is no turn ${turnId}.`);
    }
    return store.checkpoints.ofTurn(turnId);
  }

  /**
   * @param within the change of the worktree which this is a part of
   * @throws PilotlightError `session_not_found`, `checkpoint_not_found`, `conflict`, `worktree_missing`, `git_failed`
   */
  async restore(
    sessionId: string,
    { checkpointId, paths, dryRun }: RestoreFiles,
    within: HeldWorktree | null = null,
  ): Promise<Restored> {
    const session = this.#session(sessionId);
    const checkpoint = this.#announcer.store.checkpoints.get(checkpointId);
    if (checkpoint?.sessionId !== sessionId) {
      throw new PilotlightError(
        'checkpoint_not_found',
        `Session ${sessionId} has no checkpoint ${checkpointId}; it may have been pruned by age.`,
      );
    }
    const wanted = paths?.map(fromClient);
    const plan = async (shadow: Shadow, tree: string): Promise<Plan> => {
      const all = await compareTrees(shadow, tree, checkpoint.commit);
      return splitOff(wanted === undefined ? all : all.filter(({ path }) => isAmong(path, wanted)));
    };
    return this.#change(session, dryRun === true, plan, within);
  }

  /** @throws PilotlightError `turn_not_found`, `checkpoint_not_found`, and as `restore` */
  async undo(turnId: string, { overwrite, dryRun }: UndoTurn): Promise<Restored> {
    const { before, after } = this.ofTurn(turnId);
    if (before === null || after === null) {
      throw new PilotlightError(
        'checkpoint_not_found',
        `What turn ${turnId} changed is not known: its state before or after was not kept, was pruned by age, or the turn still runs.`,
      );
    }
    return this.#change(this.#session(before.sessionId), dryRun === true, async (shadow, tree) => {
      const [changed, since] = [
        await compareTrees(shadow, before.commit, after.commit),
        await compareTrees(shadow, after.commit, tree),
      ];
      const { changes, conflicts } = planUndo(changed, since, overwrite === true);
      const plan = splitOff(changes);
      const why = 'changed_since' as const;
      return {
        ...plan,
        notRestored: [...plan.notRestored, ...conflicts.map((path) => ({ path: shown(path), why }))],
      };
    });
  }

  /** Finishes what a server that died has begun. */
  async goOn(): Promise<void> {
    for (const one of this.#unfinished()) {
      await this.#book.alone(one.path, async (shadow) => {
        if (shadow !== null) {
          const { path, sessionId } = one;
          const kept = { path, sessionId, turnId: null, kind: 'before_change' } as const;
          const { tree } = await this.#book.takeWithin(shadow, kept);
          const among = new Set(one.paths);
          const rest = (await compareTrees(shadow, tree, one.tree)).filter(({ path }) => among.has(path));
          if (rest.length > 0) await putBack(shadow, tree, await treeWith(shadow, tree, rest));
        }
      });
      this.#write(this.#unfinished().filter(({ path }) => path !== one.path));
    }
  }

  async #change(
    session: Session,
    dryRun: boolean,
    plan: (shadow: Shadow, tree: string) => Promise<Plan>,
    within: HeldWorktree | null = null,
  ): Promise<Restored> {
    const path = this.#place(session);
    const change = async (shadow: Shadow | null): Promise<Restored> => {
      if (shadow === null) {
        throw new PilotlightError(
          'worktree_missing',
          `${path} is no git working tree (any more), so no state of it can be put back.`,
          { details: { path } },
        );
      }
      const tree = await this.#book.look(shadow, session.id);
      const { changes, notRestored } = await plan(shadow, tree);
      const files = changes.map(fileOf);
      if (changes.length === 0 || dryRun) return { kept: null, files, notRestored };
      const wanted = { path, sessionId: session.id, turnId: null, kind: 'before_change' } as const;
      const { checkpoint, tree: kept } = await this.#book.takeWithin(shadow, wanted);
      if (kept !== tree) throw busyFolder(path);
      const target = await treeWith(shadow, tree, changes);
      const one = { sessionId: session.id, path, tree: target, paths: changes.map((change) => change.path) };
      this.#write([...this.#unfinished(), one]);
      try {
        await putBack(shadow, tree, target);
      } finally {
        this.#write(this.#unfinished().filter((other) => other.path !== path));
      }
      await this.#diffs.measureTree(session, shadow, target);
      return { kept: checkpoint, files, notRestored };
    };
    return this.#book.alone(path, change, within);
  }

  #unfinished(): Unfinished[] {
    return (this.#announcer.store.settings.get(UNFINISHED) as Unfinished[] | undefined) ?? [];
  }

  #write(unfinished: Unfinished[]): void {
    this.#announcer.store.settings.set(UNFINISHED, unfinished);
  }

  #session(id: string): Session {
    const session = this.#announcer.store.sessions.get(id);
    if (session === null) throw new PilotlightError('session_not_found', `There is no session ${id}.`);
    return session;
  }

  #place({ worktree, projectId }: Session): string {
    return worktree?.path ?? this.#announcer.store.projects.get(projectId)?.path ?? '';
  }
}

/** A repository inside is not ours to change. */
function splitOff(all: readonly TreeChange[]): Plan {
  const why = 'repository' as const;
  return {
    changes: all.filter((change) => !isOfRepository(change)),
    notRestored: all.filter(isOfRepository).map(({ path }) => ({ path: shown(path), why })),
  };
}

/** Whether it is one of these files, or lies in one of these folders. */
function isAmong(path: string, wanted: readonly string[]): boolean {
  return wanted.some((one) => path === one || path.startsWith(one.endsWith('/') ? one : `${one}/`));
}

function fileOf({ path, from, to }: TreeChange): RestoredFile {
  const change = from === null ? 'added' : to === null ? 'deleted' : 'modified';
  return { path: shown(path), change };
}

function busyFolder(path: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `Something writes to ${path} at this moment, so nothing was restored. Wait until it has ended and try again.`,
    { details: { path } },
  );
}
