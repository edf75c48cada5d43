import {
  newId,
  PilotlightError,
  type Checkpoint,
  type CheckpointKind,
  type DiffStat,
  type LeftOut,
} from '@pilotlight/protocol';
import { countChanges } from '../../workspace/checkpoints/compare-trees.ts';
import { fileClock } from '../../workspace/checkpoints/file-clock.ts';
import { WHY_LEFT_OUT } from '../../workspace/checkpoints/last-state.ts';
import { messageWith } from '../../workspace/checkpoints/left-out.ts';
import { putOnDisk } from '../../workspace/checkpoints/put-on-disk.ts';
import { Shadow } from '../../workspace/checkpoints/shadow.ts';
import { takeSnapshot, type Snapshot } from '../../workspace/checkpoints/snapshot.ts';
import { sweepShadows } from '../../workspace/checkpoints/sweep-shadows.ts';
import {
  checkpointRef,
  isLoose,
  keptRef,
  listRefs,
  updateRefs,
  writeCommit,
} from '../../workspace/checkpoints/write-commit.ts';
import { KeyedLock } from '../../workspace/keyed-lock.ts';
import { readHead } from '../../workspace/read-head.ts';
import { isWorktreeTop } from '../../workspace/worktree-top.ts';
import type { Announcer } from '../announcer.ts';
import type { HeldWorktree, WorktreeLocks } from '../worktree-locks.ts';

export interface NewCheckpoint {
  /** of the worktree, or the project's own folder */
  path: string;
  sessionId: string;
  turnId: string | null;
  kind: CheckpointKind;
  /** see SnapshotOptions */
  cutoff?: () => bigint | null;
  /** commits to be held with it, beside HEAD */
  holds?: readonly string[];
  /** files that are about to change, so without them there is no checkpoint */
  files?: readonly string[];
}

/** A state, the commit of it and the ref that names that. */
interface Seen {
  tree: string;
  head: string | null;
  commit: string;
  ref: string;
  /** what is not held, as the commit says it */
  missing: string;
}

/** As many as a shown list needs; a forgotten folder of large files may have very many. */
const MOST_LEFT_OUT = 100;

/**
 * Takes checkpoints, one at a time for each worktree: the commit first, then the ref that names it, then its row. A crash in
 * between leaves a commit or a ref that nothing shows.
 */
export class CheckpointBook {
  readonly #announcer: Announcer;
  readonly #folder: string;
  readonly #worktrees: WorktreeLocks;
  /** of looks and changes; always inside that of the worktree */
  readonly #locks = new KeyedLock();
  readonly #shadows = new Map<string, Promise<Shadow | null>>();
  /** what was seen last in a worktree, so that a state that did not change is not written again */
  readonly #last = new Map<string, Seen>();
  readonly #held = new Set<string>();
  readonly #running = new Map<string, Set<string>>();

  /** @param folder for what of ours lies beside the worktrees */
  constructor(announcer: Announcer, folder: string, worktrees: WorktreeLocks) {
    this.#announcer = announcer;
    this.#folder = folder;
    this.#worktrees = worktrees;
  }

  /** @returns null without git @throws PilotlightError `git_failed`, `conflict` when one of `files` cannot be held */
  take(wanted: NewCheckpoint): Promise<Checkpoint | null> {
    return this.#looking(wanted.path, async (shadow) => (await this.takeWithin(shadow, wanted)).checkpoint);
  }

  /** What the files are now, against a commit or tree. @returns null without git @throws PilotlightError `git_failed` */
  measure(path: string, sessionId: string, base: string): Promise<DiffStat | null> {
    return this.#looking(path, async (shadow) =>
      countChanges(shadow, base, (await this.look(shadow, sessionId)).tree),
    );
  }

  /**
   * Keeps the state of a worktree that waits for a session of the project, so that its first turn need not do that. What is
   * kept has no row until then.
   */
  async keepAhead(
    path: string,
    { projectId, sessionId }: { projectId: string; sessionId: string },
  ): Promise<void> {
    if (this.isKnown(path)) return;
    await this.#locks.run(path, async () => {
      const shadow = await this.#shadow(path);
      if (shadow === null || this.#last.has(path)) return;
      const [{ tree, leftOut }, head] = await Promise.all([
        takeSnapshot(shadow, { ignored: this.#keepsIgnored([projectId]) }),
        readHead(path),
      ]);
      const state = { tree, head, leftOut };
      const commit = await this.#write(shadow, 'before_turn', state, this.#announcer.now());
      const ref = checkpointRef(sessionId, commit);
      // An earlier server may have kept it too.
      const earlier = [...(await listRefs(path, `checkpoints/${sessionId}`)).keys()].filter(
        (one) => one !== ref,
      );
      await updateRefs(path, { set: [{ ref, commit }], remove: earlier });
      this.#last.set(path, { tree, head, commit, ref, missing: messageWith('', leftOut) });
    });
  }

  /** What is there now; nothing is kept. Within `alone`. */
  look(shadow: Shadow, sessionId: string): Promise<Snapshot> {
    return takeSnapshot(shadow, { ignored: this.keepsIgnored(sessionId) });
  }

  /** Within `alone`. */
  async takeWithin(
    shadow: Shadow,
    { path, sessionId, turnId, kind, cutoff, holds = [], files = [] }: NewCheckpoint,
  ): Promise<{ checkpoint: Checkpoint; tree: string }> {
    const { now, store } = this.#announcer;
    const [{ tree, leftOut }, head] = await Promise.all([
      takeSnapshot(shadow, {
        ignored: this.keepsIgnored(sessionId),
        ...(cutoff === undefined ? {} : { cutoff }),
      }),
      readHead(path),
    ]);
    const wanted = leftOut.find((one) => files.includes(one.path));
    if (wanted !== undefined) throw cannotBeKept(path, wanted);
    const at = now();
    const last = this.#last.get(path);
    const missing = messageWith('', leftOut);
    const isSame = last?.tree === tree && last.head === head && last.missing === missing;
    // The user may have removed its ref, and git the commit after that.
    const isThere = isSame && (await isLoose(shadow.commonDir, last.ref));
    const same = isThere && holds.length === 0 ? last.commit : null;
    const commit = same ?? (await this.#write(shadow, kind, { tree, head, leftOut, holds }, at));
    const checkpoint: Checkpoint = {
      id: newId('checkpoint'),
      sessionId,
      turnId,
      kind,
      commit,
      leftOut: leftOut.slice(0, MOST_LEFT_OUT),
      createdAt: at,
    };
    const ref = kind === 'kept' ? keptRef(sessionId) : checkpointRef(sessionId, commit);
    const isHeld = same !== null && last?.ref === ref;
    if (!isHeld)
      await updateRefs(path, { set: [{ ref, commit }, ...(await this.#replaced(path, ref, sessionId))] });
    // Files are about to go, or to become others.
    if (kind === 'kept' || kind === 'before_change') await putOnDisk(shadow, { commit, except: head, ref });
    // Its session may have gone meanwhile.
    if (store.sessions.get(sessionId) !== null) store.checkpoints.insert(checkpoint);
    this.#last.set(path, { tree, head, commit, ref, missing });
    return { checkpoint, tree };
  }

  /** @param state `holds`: commits beside HEAD that go with it */
  #write(
    shadow: Shadow,
    kind: CheckpointKind,
    state: { tree: string; head: string | null; leftOut: readonly LeftOut[]; holds?: readonly string[] },
    at: number,
  ): Promise<string> {
    const { tree, head, leftOut, holds = [] } = state;
    const parents = [...new Set([...(head === null ? [] : [head]), ...holds])];
    return writeCommit(shadow, { tree, parents, message: messageWith(kind, leftOut), at });
  }

  /** The state that was kept before under that ref, of a removal that was refused or taken back: it goes on among the others. */
  async #replaced(path: string, ref: string, sessionId: string): Promise<{ ref: string; commit: string }[]> {
    if (ref !== keptRef(sessionId)) return [];
    const before = (await listRefs(path, `kept/${sessionId}`)).get(ref);
    return before === undefined ? [] : [{ ref: checkpointRef(sessionId, before), commit: before }];
  }

  /**
   * While nothing else of ours reads or changes that worktree.
   *
   * @param within the change of that worktree which this is a part of
   * @throws PilotlightError `conflict` while a turn runs there
   */
  async alone<T>(
    path: string,
    work: (shadow: Shadow | null) => Promise<T>,
    within: HeldWorktree | null = null,
  ): Promise<T> {
    this.#refuseRunning(path);
    const change = async (): Promise<T> => {
      this.#refuseRunning(path);
      this.#held.add(path);
      try {
        return await work(await this.#shadow(path));
      } finally {
        this.#held.delete(path);
      }
    };
    return this.#worktrees.run(path, () => this.#locks.run(path, change), within);
  }

  /** What time it is for files, in ns. */
  fileClock(): bigint {
    return fileClock(this.#folder);
  }

  /** Compares what was taken there; needs no turn to be over. @throws PilotlightError `git_failed` */
  async read<T>(path: string, work: (shadow: Shadow) => Promise<T>): Promise<T | null> {
    const shadow = await this.#shadow(path);
    return shadow === null ? null : work(shadow);
  }

  /** Whether a look takes but a moment: the files were read before. */
  isKnown(path: string): boolean {
    return this.#last.has(path) && !this.#held.has(path);
  }

  /** Whether a turn runs there. */
  isWorkedIn(path: string): boolean {
    return this.#running.has(path);
  }

  begin(path: string, turnId: string): void {
    this.#running.set(path, (this.#running.get(path) ?? new Set()).add(turnId));
  }

  end(turnId: string): void {
    for (const [path, turns] of this.#running) {
      turns.delete(turnId);
      if (turns.size === 0) this.#running.delete(path);
    }
  }

  /** Removes our git folders of worktrees that are no more: what is known of files that nobody asks for again. */
  async sweep(): Promise<void> {
    await sweepShadows(this.#folder, async () => {
      const opened = await Promise.all([...this.#shadows.values()].map((one) => one.catch(() => null)));
      return new Set(opened.map((shadow) => shadow?.gitDir));
    });
  }

  /** The worktree is gone, or another is there now. */
  forget(path: string): void {
    this.#shadows.delete(path);
    this.#last.delete(path);
  }

  #looking<T>(path: string, work: (shadow: Shadow) => Promise<T>): Promise<T | null> {
    const look = async (): Promise<T | null> => {
      const shadow = await this.#shadow(path);
      return shadow === null ? null : work(shadow);
    };
    return this.#worktrees.look(path, () => this.#locks.run(path, look));
  }

  #refuseRunning(path: string): void {
    const [turnId] = this.#running.get(path) ?? [];
    if (turnId === undefined) return;
    throw new PilotlightError(
      'conflict',
      `A turn runs in ${path}. Wait until it ends or cancel it, then try again; nothing was changed.`,
      { details: { turnId, path } },
    );
  }

  async #shadow(path: string): Promise<Shadow | null> {
    // It may have been deleted behind our back, or come to be no working tree.
    if (await isWorktreeTop(path)) return this.#opened(path);
    this.forget(path);
    return null;
  }

  #opened(path: string): Promise<Shadow | null> {
    const known = this.#shadows.get(path);
    if (known !== undefined) return known;
    const opened = Shadow.open(path, this.#folder);
    this.#shadows.set(path, opened);
    opened.then(
      (shadow) => shadow ?? this.#shadows.delete(path),
      () => this.#shadows.delete(path),
    );
    return opened;
  }

  /** Whether ignored files of that session, or its project, are held too: the user's choice. */
  keepsIgnored(sessionId: string): boolean {
    const projectId = this.#announcer.store.sessions.get(sessionId)?.projectId ?? '';
    return this.#keepsIgnored([sessionId, projectId]);
  }

  #keepsIgnored(ids: readonly string[]): boolean {
    const kept = (this.#announcer.store.settings.get(KEEPS_IGNORED) as string[] | undefined) ?? [];
    return ids.some((id) => kept.includes(id));
  }
}

/** Setting: ids of the projects and sessions whose checkpoints hold ignored files too. */
export const KEEPS_IGNORED = 'checkpoints_with_ignored';

function cannotBeKept(folder: string, { path, why }: LeftOut): PilotlightError {
  return new PilotlightError(
    'conflict',
    `${path} in ${folder} ${WHY_LEFT_OUT[why]}, so it could not come back. Nothing was changed; move or remove that file yourself, or leave it out.`,
    { details: { path, why } },
  );
}
