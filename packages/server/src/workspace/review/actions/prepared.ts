import type { ConflictedFile, Project, ReviewPlan, Session } from '@pilotlight/protocol';
import type { UndoRecord } from './undo-record.ts';

/** Where an action works. */
export interface ActionPlace {
  /** top of the session's working tree */
  folder: string;
  session: Session;
  project: Project;
  /** the turn that runs in another working tree of the repository; null when none does */
  runningTurnIn(folder: string): string | null;
  /** Runs what changes another working tree, alone there. @throws PilotlightError `conflict` instead of waiting */
  alone(folder: string, work: () => Promise<void>): Promise<void>;
}

/** What came of an action. */
export interface Outcome {
  state: 'done' | 'conflicted';
  /** what happened, in a sentence */
  summary: string;
  url?: string;
  conflicts?: ConflictedFile[];
  /** null: it cannot be taken back */
  undo: UndoRecord | null;
}

/** An action that was looked into and not done: what it will do, and doing it. */
export interface Prepared {
  plan: Omit<ReviewPlan, 'kind' | 'token'>;
  /** what the plan was made of; when any of it is another, it is another plan */
  seen: readonly unknown[];
  /** It reads refs and waits for a remote: the worktree stays as it is, and others may go on in it meanwhile. */
  isRemote?: true;
  run(): Promise<Outcome>;
}

/** Of a plan, files that are named. */
export const MOST_FILES = 1_000;

type PlanParts = Partial<Prepared['plan']> & Pick<Prepared['plan'], 'steps' | 'undo'>;

/** A plan with what it says nothing about left empty. */
export function planOf({ files = [], commits = [], ...parts }: PlanParts): Prepared['plan'] {
  return {
    notes: [],
    target: null,
    conflicts: [],
    commits,
    commitCount: commits.length,
    fileCount: files.length,
    ...parts,
    files: files.slice(0, MOST_FILES),
  };
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

export const short = (commit: string): string => commit.slice(0, 8);
