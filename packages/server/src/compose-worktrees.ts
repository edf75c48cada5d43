import type { ProcessPort } from '@pilotlight/keeper';
import type { Project, Session } from '@pilotlight/protocol';
import { handedOn } from './backends/agent-environment.ts';
import type { Announcer } from './dispatch/announcer.ts';
import type { CheckpointBook } from './dispatch/checkpoints/checkpoint-book.ts';
import type { SessionDiffs } from './dispatch/checkpoints/session-diffs.ts';
import type { AheadOfSession } from './dispatch/reserved-worktrees.ts';
import { Repairs } from './dispatch/repairs.ts';
import type { WorktreeLocks } from './dispatch/worktree-locks.ts';
import { WorktreeWatches } from './dispatch/worktree-watches.ts';
import { ScriptRunner } from './scripts/script-runner.ts';
import { Scripts } from './scripts/scripts.ts';
import { SessionPorts } from './scripts/session-ports.ts';

export interface WorktreeParts {
  announcer: Announcer;
  locks: WorktreeLocks;
  book: CheckpointBook;
  diffs: SessionDiffs;
  processes: ProcessPort;
  env: NodeJS.ProcessEnv;
  worktreesFolder: string;
  getSession(id: string): Session;
  getProject(id: string): Project;
  onError(error: unknown): void;
}

/** What a session's first turn need not wait for, where its worktree waited for it. */
export function prepareAhead(book: CheckpointBook, scripts: Scripts): AheadOfSession {
  return {
    async prepare(path, ids) {
      await Promise.all([book.keepAhead(path, ids), scripts.lookAhead(path, ids.projectId)]);
    },
    forget(path) {
      book.forget(path);
      scripts.forget(path);
    },
  };
}

/** What happens to worktrees besides turns: scripts, watching, repairs. Disposing `building` ends both. */
export function composeWorktrees(
  building: AsyncDisposableStack,
  parts: WorktreeParts,
): { scripts: Scripts; watches: WorktreeWatches; repairs: Repairs } {
  const { announcer, processes, env, worktreesFolder, getSession, getProject, onError } = parts;
  const measure = async (session: Session, path: string): Promise<void> => {
    // The first turn reads all files, and the end of each measures what it has changed.
    if (session.diff !== null && !parts.book.isWorkedIn(path)) await parts.diffs.measure(session, path);
  };
  const watches = building.use(new WorktreeWatches({ getSession, getProject, measure, onError }));
  const onOutput = (sessionId: string): void => watches.tell(sessionId, 'scripts');
  const runner = building.use(new ScriptRunner({ announcer, processes, onOutput, onError }));
  const ports = new SessionPorts(announcer.store);
  const scripts = new Scripts({ announcer, runner, ports, env: handedOn(env, []), getSession, getProject });
  const { locks, book } = parts;
  const repairs = new Repairs({ announcer, locks, book, worktreesFolder, getSession, getProject });
  return { scripts, watches, repairs };
}
