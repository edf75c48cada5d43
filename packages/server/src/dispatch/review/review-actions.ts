import {
  PilotlightError,
  toErrorInfo,
  type ReviewAction,
  type ReviewPlan,
  type ReviewRequest as ReviewRequestSchema,
} from '@pilotlight/protocol';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { KeptAction } from '../../store/review-actions.ts';
import {
  prepareAbort,
  prepareContinue,
  prepareMergeBase,
  prepareRebase,
} from '../../workspace/review/actions/bring-in-base.ts';
import { prepareCommit } from '../../workspace/review/actions/commit-changes.ts';
import { prepareDiscard, type KeepState } from '../../workspace/review/actions/discard-changes.ts';
import { prepareMerge } from '../../workspace/review/actions/merge-into-base.ts';
import { preparePullRequest } from '../../workspace/review/actions/open-pull-request.ts';
import type { ActionPlace, Outcome, Prepared } from '../../workspace/review/actions/prepared.ts';
import { preparePush } from '../../workspace/review/actions/push-branch.ts';
import type { UndoRecord } from '../../workspace/review/actions/undo-record.ts';
import { goBack, whyNotBack } from '../../workspace/review/actions/undo-ref.ts';
import type { Announcer } from '../announcer.ts';
import type { HeldWorktree, WorktreeLocks } from '../worktree-locks.ts';
import type { ReviewPlace } from './review-place.ts';
import type { WorktreeWriter } from './worktree-writer.ts';

type ReviewRequest = z.output<typeof ReviewRequestSchema>;

const MOST_LISTED = 100;

export interface ReviewActionsOptions {
  announcer: Announcer;
  writer: WorktreeWriter;
  keep: KeepState;
  /** files come back from a checkpoint of the session */
  restore(from: RestoredFrom, within: HeldWorktree): Promise<void>;
  locks: WorktreeLocks;
  /** of the server: where gh and glab are, and their logins */
  env: NodeJS.ProcessEnv;
}

export interface RestoredFrom {
  sessionId: string;
  checkpointId: string;
  paths: readonly string[];
}

/** What is done with the changes of sessions: planned, done once, and taken back while that is possible. */
export class ReviewActions {
  readonly #o: ReviewActionsOptions;
  /** by the id of the action: those a remote is waited for, outside the lock of their worktree */
  readonly #atRemotes = new Map<string, Promise<KeptAction>>();

  constructor(options: ReviewActionsOptions) {
    this.#o = options;
  }

  /** What an earlier server began and did not see to its end. */
  healInterrupted(): void {
    const { store } = this.#o.announcer;
    for (const action of store.reviewActions.running()) {
      const summary =
        'The server ended in the middle of it. Look at the worktree and its branch, and do it again if need be.';
      store.reviewActions.update({ ...action, state: 'failed', summary, undo: null });
    }
  }

  /** @throws PilotlightError as the action itself would */
  async plan(sessionId: string, request: ReviewRequest): Promise<ReviewPlan> {
    const place = await this.#o.writer.find(sessionId);
    const prepared = await this.#prepare(place, request);
    return { kind: request.kind, ...prepared.plan, token: tokenOf(prepared) };
  }

  /**
   * Does it once: the same id again answers the same action.
   *
   * @throws PilotlightError `conflict`, `changed_since` when it is not what was planned, and as the action says
   */
  async run(
    sessionId: string,
    { id, request, token }: { id: string; request: ReviewRequest; token?: string | undefined },
  ): Promise<{ action: ReviewAction; created: boolean }> {
    const known = this.#known(sessionId, id);
    if (known !== null) return { action: await this.#seen(await this.#ended(known)), created: false };
    const begun = await this.#o.writer.within(sessionId, async (place, held) => {
      const meanwhile = this.#known(sessionId, id);
      if (meanwhile !== null) return meanwhile;
      const prepared = await this.#prepare(place, request, held);
      if (token !== undefined && token !== tokenOf(prepared)) {
        throw new PilotlightError(
          'changed_since',
          `Something in ${place.folder} has changed since the plan was made. Nothing was done; look at the new plan.`,
        );
      }
      const action = this.#begin(sessionId, id, request, prepared);
      if (prepared.isRemote !== true)
        return this.#perform(action, prepared).finally(() => this.#o.writer.measure(place));
      const done = this.#perform(action, prepared).finally(() => {
        this.#atRemotes.delete(id);
        this.#o.writer.tell(sessionId);
      });
      // Its failure is told to those who wait for it.
      done.catch(() => undefined);
      this.#atRemotes.set(id, done);
      return action;
    });
    return { action: await this.#seen(await this.#ended(begun)), created: true };
  }

  /** newest first */
  async list(sessionId: string): Promise<ReviewAction[]> {
    const actions = this.#o.announcer.store.reviewActions.list(sessionId, MOST_LISTED);
    return Promise.all(actions.map((action) => this.#seen(action)));
  }

  /** @throws PilotlightError `action_not_found`, `conflict` when it cannot be taken back (any more) */
  async undo(id: string): Promise<ReviewAction> {
    const { store } = this.#o.announcer;
    const { sessionId } = this.#require(id);
    const undone = await this.#o.writer.within(sessionId, async (place, held) => {
      const action = this.#require(id);
      if (action.state === 'undone') return action;
      const why = await this.#whyNot(action);
      if (why !== null || action.undo === null) {
        throw new PilotlightError('conflict', `This cannot be undone. ${why ?? ''} Nothing was changed.`, {
          details: { id },
        });
      }
      const undo = action.undo as UndoRecord;
      if (undo.how === 'checkpoint') await this.#o.restore({ sessionId, ...undo }, held);
      else {
        const turnId = this.#o.writer.runningTurnIn(undo.folder);
        if (turnId !== null)
          throw new PilotlightError('conflict', `Turn ${turnId} runs in ${undo.folder}. Wait for its end.`);
        await this.#o.locks.runNow(undo.folder, held, () => goBack(undo));
        await this.#o.writer.measure(place);
      }
      const next: KeptAction = { ...action, state: 'undone', summary: `Undone: ${action.summary}` };
      store.reviewActions.update(next);
      return next;
    });
    return this.#seen(undone);
  }

  /** Waits for a remote, if the action does. @throws as the action says */
  #ended(action: KeptAction): Promise<KeptAction> | KeptAction {
    return this.#atRemotes.get(action.id) ?? action;
  }

  #begin(sessionId: string, id: string, { kind }: ReviewRequest, prepared: Prepared): KeptAction {
    const { store, now } = this.#o.announcer;
    const begun: KeptAction = {
      id,
      sessionId,
      kind,
      state: 'running',
      summary: prepared.plan.steps.join(' '),
      url: null,
      conflicts: [],
      undo: null,
      createdAt: now(),
    };
    store.reviewActions.insert(begun);
    return begun;
  }

  async #perform(begun: KeptAction, prepared: Prepared): Promise<KeptAction> {
    const { store } = this.#o.announcer;
    const { kind, sessionId } = begun;
    let outcome: Outcome;
    try {
      outcome = await prepared.run();
    } catch (error) {
      store.reviewActions.update({ ...begun, state: 'failed', summary: toErrorInfo(error).message });
      throw error;
    }
    const { state, summary, url = null, conflicts = [], undo } = outcome;
    const done: KeptAction = { ...begun, state, summary, url, conflicts, undo };
    store.transaction(() => {
      if (kind === 'continue' || kind === 'abort') this.#closeStopped(sessionId, kind);
      store.reviewActions.update(done);
    });
    return done;
  }

  /** The action that stopped at conflicts is over. */
  #closeStopped(sessionId: string, by: 'continue' | 'abort'): void {
    const { reviewActions } = this.#o.announcer.store;
    for (const action of reviewActions.list(sessionId, MOST_LISTED)) {
      if (action.state !== 'conflicted') continue;
      const state = by === 'continue' ? 'done' : 'undone';
      reviewActions.update({ ...action, state, conflicts: [], undo: null });
    }
  }

  async #prepare(
    place: ReviewPlace,
    request: ReviewRequest,
    held: HeldWorktree | null = null,
  ): Promise<Prepared> {
    const { folder, session, project } = place;
    const at: ActionPlace = {
      folder,
      session,
      project,
      runningTurnIn: (other) => this.#o.writer.runningTurnIn(other),
      alone: (other, work) => this.#o.locks.runNow(other, held, work),
    };
    switch (request.kind) {
      case 'discard':
        return prepareDiscard(at, request, this.#o.keep);
      case 'commit':
        return prepareCommit(at, request, this.#o.keep);
      case 'rebase':
        return prepareRebase(at, request);
      case 'merge_base':
        return prepareMergeBase(at, request);
      case 'merge':
        return prepareMerge(at, request);
      case 'push':
        return preparePush(at, request);
      case 'pull_request':
        return preparePullRequest(at, request, this.#o.env);
      case 'continue':
        return prepareContinue(at, this.#beforeStopped(session.id));
      case 'abort':
        return prepareAbort(at, this.#o.keep);
    }
  }

  /** Where the branch was when that began which stopped. */
  #beforeStopped(sessionId: string): string | null {
    const actions = this.#o.announcer.store.reviewActions.list(sessionId, MOST_LISTED);
    const stopped = actions.find(({ state }) => state === 'conflicted');
    const undo = (stopped?.undo ?? null) as UndoRecord | null;
    return undo?.how === 'ref' ? undo.before : null;
  }

  async #seen(kept: KeptAction): Promise<ReviewAction> {
    const { undo: _undo, ...action } = kept;
    const why = await this.#whyNot(kept);
    return { ...action, undo: { possible: why === null, why: why ?? '' } };
  }

  /** Why it cannot be taken back; null: it can. */
  async #whyNot({ state, kind, undo: kept }: KeptAction): Promise<string | null> {
    const undo = kept as UndoRecord | null;
    if (state === 'conflicted') return 'It has stopped at conflicts: continue or abort it.';
    if (state === 'undone') return 'It was undone.';
    if (state !== 'done') return 'It was not done.';
    if (undo === null) {
      const isOutside = kind === 'push' || kind === 'pull_request';
      return isOutside ? 'Others may have it already.' : 'There is no way back from it.';
    }
    if (undo.how === 'checkpoint') return null;
    return whyNotBack(undo).catch(() => `${undo.folder} cannot be read.`);
  }

  #known(sessionId: string, id: string): KeptAction | null {
    const known = this.#o.announcer.store.reviewActions.get(id);
    if (known === null || known.sessionId === sessionId) return known;
    throw new PilotlightError('conflict', `Action ${id} belongs to another session.`);
  }

  #require(id: string): KeptAction {
    const action = this.#o.announcer.store.reviewActions.get(id);
    if (action === null) throw new PilotlightError('action_not_found', `There is no action ${id}.`);
    return action;
  }
}

function tokenOf({ seen }: Prepared): string {
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 32);
}
