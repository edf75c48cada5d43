import {
  PilotlightError,
  toErrorInfo,
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
import { notHeld, readNotHeld, type NotHeld } from '../../workspace/checkpoints/left-out.ts';
import { putBack, treeWith } from '../../workspace/checkpoints/put-back.ts';
import type { Shadow } from '../../workspace/checkpoints/shadow.ts';
import type { Snapshot } from '../../workspace/checkpoints/snapshot.ts';
import type { Announcer } from '../announcer.ts';
import type { HeldWorktree } from '../worktree-locks.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { planUndo } from './plan-undo.ts';
import { requireState } from './require-state.ts';
import type { SessionDiffs } from './session-diffs.ts';

/** A restore that has begun; on disk until it is done. */
interface Unfinished {
  sessionId: string;
  path: string;
  /** the tree the files were */
  from: string;
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

/** Of what is not restored, as many as anybody reads. */
const MOST_NAMED = 1000;

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
    const isWanted = (path: string): boolean => wanted === undefined || isAmong(path, wanted);
    const plan = async (shadow: Shadow, now: Snapshot): Promise<Plan> => {
      await requireState(shadow.worktreePath, checkpoint);
      const all = await compareTrees(shadow, now.tree, checkpoint.commit);
      const apart = await apartIn(shadow, now, checkpoint);
      return splitOff(
        all.filter(({ path }) => isWanted(path)),
        apart.filter(({ path }) => isWanted(fromClient(path))),
      );
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
    return this.#change(this.#session(before.sessionId), dryRun === true, async (shadow, now) => {
      for (const one of [before, after]) await requireState(shadow.worktreePath, one);
      const [changed, since] = [
        await compareTrees(shadow, before.commit, after.commit),
        await compareTrees(shadow, after.commit, now.tree),
      ];
      const { changes, conflicts } = planUndo(changed, since, overwrite === true);
      const plan = splitOff(changes, await apartIn(shadow, now, before));
      const why = 'changed_since' as const;
      return {
        ...plan,
        notRestored: [...plan.notRestored, ...conflicts.map((path) => ({ path: shown(path), why }))],
      };
    });
  }

  /** Finishes what a server that died has begun. What cannot be finished now is not tried later, over what came since. */
  async goOn(): Promise<void> {
    const errors: unknown[] = [];
    for (const one of this.#unfinished()) {
      await this.#book
        .alone(one.path, (shadow) => this.#finish(one, shadow))
        .catch((error: unknown) => errors.push(error));
      this.#write(this.#unfinished().filter(({ path }) => path !== one.path));
    }
    if (errors.length > 0) throw errors[0];
  }

  async #finish(
    { path, sessionId, paths, from, tree: wanted }: Unfinished,
    shadow: Shadow | null,
  ): Promise<void> {
    if (shadow === null) return;
    const kept = { path, sessionId, turnId: null, kind: 'before_change' } as const;
    const { tree } = await this.#book.takeWithin(shadow, kept);
    const among = new Set(paths);
    // Neither as it was nor as it is to be: somebody has written there since.
    const since = new Set((await compareTrees(shadow, from, tree)).map((change) => change.path));
    const rest = (await compareTrees(shadow, tree, wanted)).filter(
      (change) => among.has(change.path) && (change.from === null || !since.has(change.path)),
    );
    if (rest.length === 0) return;
    const target = await treeWith(shadow, tree, rest);
    await putBack(shadow, tree, target);
    const session = this.#announcer.store.sessions.get(sessionId);
    if (session !== null) await this.#diffs.measureTree(session, shadow, target);
  }

  async #change(
    session: Session,
    dryRun: boolean,
    plan: (shadow: Shadow, now: Snapshot) => Promise<Plan>,
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
      const now = await this.#book.look(shadow, session.id);
      const { tree } = now;
      const { changes, notRestored } = await plan(shadow, now);
      const files = changes.map(fileOf);
      if (changes.length === 0 || dryRun) return { kept: null, files, notRestored };
      const wanted = { path, sessionId: session.id, turnId: null, kind: 'before_change' } as const;
      const { checkpoint, tree: kept } = await this.#book.takeWithin(shadow, wanted);
      if (kept !== tree) throw busyFolder(path);
      const target = await treeWith(shadow, tree, changes);
      const one = {
        sessionId: session.id,
        path,
        from: tree,
        tree: target,
        paths: changes.map((change) => change.path),
      };
      this.#write([...this.#unfinished(), one]);
      try {
        await putBack(shadow, tree, target);
      } catch (error) {
        throw cutShort(path, checkpoint, error);
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

/** What is not held now, or was not then: neither to be overwritten nor to be deleted. */
async function apartIn(shadow: Shadow, now: Snapshot, then: Checkpoint): Promise<NotHeld[]> {
  return [...notHeld(now.leftOut), ...notHeld(then.leftOut), ...(await readNotHeld(shadow, then.commit))];
}

/** A repository inside is not ours to change, nor is what no checkpoint holds. */
function splitOff(all: readonly TreeChange[], apart: readonly NotHeld[]): Plan {
  const reasons = new Map<string, NotRestored['why']>(apart.map(({ path, why }) => [path, why]));
  const changes: TreeChange[] = [];
  for (const change of all) {
    const path = shown(change.path);
    const why = isOfRepository(change) ? 'repository' : reasonFor(path, reasons);
    if (why === null) changes.push(change);
    else reasons.set(path, why);
  }
  const notRestored = [...reasons].slice(0, MOST_NAMED).map(([path, why]) => ({ path, why }));
  return { changes, notRestored };
}

/** Its own, or that of a repository around it. */
function reasonFor(
  path: string,
  reasons: ReadonlyMap<string, NotRestored['why']>,
): NotRestored['why'] | null {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const why = reasons.get(path.slice(0, end));
    if (why !== undefined) return why;
  }
  return null;
}

/** Whether it is one of these files, or lies in one of these folders. */
function isAmong(path: string, wanted: readonly string[]): boolean {
  return wanted.some((one) => path === one || path.startsWith(one.endsWith('/') ? one : `${one}/`));
}

function fileOf({ path, from, to }: TreeChange): RestoredFile {
  const change = from === null ? 'added' : to === null ? 'deleted' : 'modified';
  return { path: shown(path), change };
}

/** What is refused before anything changed says so itself. */
function cutShort(path: string, { id }: Checkpoint, error: unknown): unknown {
  const { code, message } = toErrorInfo(error);
  if (code === 'conflict') return error;
  return new PilotlightError(
    code,
    `Not every file in ${path} was restored: ${message} Is the disk full? How the files were before is kept as ${id}; make room, then do it again, or restore that.`,
    { details: { path, checkpointId: id }, cause: error },
  );
}

function busyFolder(path: string): PilotlightError {
  return new PilotlightError(
    'conflict',
    `Something writes to ${path} at this moment, so nothing was restored. Wait until it has ended and try again.`,
    { details: { path } },
  );
}
