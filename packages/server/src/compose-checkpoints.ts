import type { CheckpointSettings, Project, Session } from '@pilotlight/protocol';
import type { Announcer } from './dispatch/announcer.ts';
import type { Catalog } from './dispatch/catalog.ts';
import { CheckpointBook, KEEPS_IGNORED } from './dispatch/checkpoints/checkpoint-book.ts';
import type { CheckpointCommands } from './dispatch/checkpoints/checkpoint-commands.ts';
import { Forks } from './dispatch/checkpoints/forks.ts';
import { holdAgain } from './dispatch/checkpoints/hold-again.ts';
import { pruneCheckpoints } from './dispatch/checkpoints/pruning.ts';
import { RemovedSessions } from './dispatch/checkpoints/removed-sessions.ts';
import { Restores } from './dispatch/checkpoints/restores.ts';
import { DAY_MS } from './dispatch/checkpoints/steady-clock.ts';
import { SessionDiffs } from './dispatch/checkpoints/session-diffs.ts';
import type { WorktreeLocks } from './dispatch/worktree-locks.ts';
import { TurnCheckpoints } from './dispatch/checkpoints/turn-checkpoints.ts';

export interface CheckpointParts {
  announcer: Announcer;
  locks: WorktreeLocks;
  catalog(): Catalog;
  /** under which our git folders lie */
  shadows: string;
  worktreesFolder: string;
  onError(error: unknown, what: string): void;
}

export interface Checkpoints extends Disposable {
  book: CheckpointBook;
  diffs: SessionDiffs;
  turns: TurnCheckpoints;
  restores: Restores;
  removed: RemovedSessions;
  commands: CheckpointCommands;
  /** Finishes or takes back what a server that died has begun. Before any turn goes on; does not reject. */
  goOn(): Promise<void>;
}

/** States of worktrees: kept around turns, put back, gone on from, and kept when their session goes. */
export function composeCheckpoints(parts: CheckpointParts): Checkpoints {
  const { announcer, shadows, worktreesFolder } = parts;
  const { store } = announcer;
  const book = new CheckpointBook(announcer, shadows, parts.locks);
  const failed = (what: string) => (error: unknown) => parts.onError(error, what);
  const diffs = new SessionDiffs(announcer, book, failed('what a session has changed was not measured'));
  const turns = new TurnCheckpoints(announcer, book, diffs, failed('the state of a worktree was not kept'));
  const restores = new Restores(announcer, book, diffs);
  const removed = new RemovedSessions({ announcer, book, shadows });
  const forks = (): Forks => new Forks({ announcer, book, worktreesFolder, catalog: parts.catalog() });
  const prune = (): void => {
    const pruneFailed = failed('an old state was not given up');
    void pruneCheckpoints(announcer, book, pruneFailed)
      .then(() => holdAgain(store, failed('states that have lost their refs were not held again')))
      .catch(pruneFailed);
    book.sweep().catch(failed('what is known of a removed worktree was not given up'));
  };
  const daily = setInterval(prune, DAY_MS).unref();
  const keepers = (): Set<string> =>
    new Set((store.settings.get(KEEPS_IGNORED) as string[] | undefined) ?? []);
  const settings = (of: Project | Session): CheckpointSettings => {
    const ids = keepers();
    return { ignored: ids.has(of.id), inherited: 'projectId' in of && ids.has(of.projectId) };
  };
  return {
    book,
    diffs,
    turns,
    restores,
    removed,
    commands: {
      list: (sessionId) => restores.list(sessionId),
      ofTurn: (turnId) => restores.ofTurn(turnId),
      restore: (sessionId, body) => restores.restore(sessionId, body),
      undo: (turnId, body) => restores.undo(turnId, body),
      fork: (turnId, body) => forks().fork(turnId, body),
      listRemoved: () => removed.list(),
      bringBack: (id) => removed.bringBack(id),
      settings,
      setKeepsIgnored(of, keeps) {
        const ids = keepers();
        if (keeps) ids.add(of.id);
        else ids.delete(of.id);
        store.settings.set(KEEPS_IGNORED, [...ids]);
        return settings(of);
      },
    },
    async goOn() {
      const steps = [() => forks().goOn(), () => restores.goOn(), () => removed.goOn()];
      for (const step of steps)
        await step().catch(failed('what an earlier server had begun was not finished'));
      prune();
    },
    [Symbol.dispose]: () => clearInterval(daily),
  };
}
