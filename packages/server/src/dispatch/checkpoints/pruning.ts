import { KEPT_DAYS, type Checkpoint } from '@pilotlight/protocol';
import {
  checkpointRef,
  listRefs,
  removeRefsOf,
  updateRefs,
} from '../../workspace/checkpoints/write-commit.ts';
import type { RemovedRow } from '../../store/removed-sessions.ts';
import type { Announcer } from '../announcer.ts';
import type { CheckpointBook } from './checkpoint-book.ts';
import { DAY_MS, isSteady } from './steady-clock.ts';

/** Checkpoints that a session has at most. */
export const MAX_CHECKPOINTS = 500;

/** Those that go: past their age, or beyond the number; never the newest, nor what brings a removed session back. */
export function outdated(newestFirst: readonly Checkpoint[], now: number): Checkpoint[] {
  const kept = newestFirst.find(({ kind }) => kind === 'kept');
  return newestFirst.filter(
    (one, index) =>
      index > 0 && one !== kept && (index >= MAX_CHECKPOINTS || now - one.createdAt > KEPT_DAYS * DAY_MS),
  );
}

/**
 * Gives up what is too old, by a clock that has been steady: checkpoints of sessions, and removed sessions with all that was
 * theirs. The refs go first, so that a crash leaves no ref that nobody knows.
 */
export async function pruneCheckpoints(
  { store, now }: Pick<Announcer, 'store' | 'now'>,
  book: Pick<CheckpointBook, 'alone'>,
  onError: (error: unknown) => void,
): Promise<void> {
  if (!isSteady(store, now())) return;
  for (const sessionId of store.checkpoints.sessionIds()) {
    const path = store.projects.get(store.sessions.evenRemoved(sessionId)?.projectId ?? '')?.path;
    const all = store.checkpoints.list(sessionId);
    const gone = outdated(all, now());
    if (path === undefined || gone.length === 0) continue;
    try {
      const present = await listRefs(path, `checkpoints/${sessionId}`);
      const staying = new Set(all.filter((one) => !gone.includes(one)).map(({ commit }) => commit));
      const commits = new Set(gone.map(({ commit }) => commit).filter((commit) => !staying.has(commit)));
      const refs = [...commits].map((commit) => checkpointRef(sessionId, commit));
      await updateRefs(path, { remove: refs.filter((ref) => present.has(ref)) });
      store.transaction(() => gone.forEach(({ id }) => store.checkpoints.remove(id)));
    } catch (error) {
      onError(error);
    }
  }
  for (const { sessionId, kept } of store.removedSessions.list().filter((row) => isPast(row, now()))) {
    const project = store.projects.get(store.sessions.evenRemoved(sessionId)?.projectId ?? '');
    const path = project?.path;
    const forget = async (): Promise<void> => {
      // It may have been brought back, or be on its way.
      const isStillPast = (): boolean => isPast(store.removedSessions.get(sessionId), now());
      if (isStillPast() && path !== undefined) await removeRefsOf(path, sessionId);
      if (isStillPast()) store.sessions.remove(sessionId);
    };
    await (kept === null ? forget() : book.alone(kept.path, forget)).catch(onError);
    // It was there for them only.
    const isLast = !store.removedSessions
      .list()
      .some((row) => store.sessions.evenRemoved(row.sessionId)?.projectId === project?.id);
    if (project !== null && isLast && store.projects.isHidden(project.id)) store.projects.remove(project.id);
  }
}

function isPast(row: RemovedRow | null, now: number): boolean {
  return row?.state === 'removed' && now - row.removedAt >= KEPT_DAYS * DAY_MS;
}
