import type {
  Conflicts,
  CreateComment,
  DiffPage,
  DiffScope,
  DiffSide,
  DraftMessage,
  DraftedMessage,
  FileDiff,
  MarkResolved,
  MarkViewed,
  Review,
  ReviewAction,
  ReviewComment,
  ReviewFacts,
  ReviewPlan,
  ReviewRequest,
  RunAction,
  Selection,
  SendComments,
  SendConflicts,
  SentComments,
  SentConflicts,
} from '@pilotlight/protocol';
import type { z } from 'zod';
import type { DiffImage } from '../../workspace/review/read-diff-image.ts';
import type { PatchOptions } from '../../workspace/review/read-file-diff.ts';

/** What a client can ask for about the changes of a session; each throws as its part says. */
export interface ReviewCommands {
  diff(
    sessionId: string,
    scope: DiffScope,
    page: { after?: string | undefined; limit?: number | undefined },
  ): Promise<DiffPage>;
  fileDiff(sessionId: string, scope: DiffScope, path: string, options: PatchOptions): Promise<FileDiff>;
  diffImage(sessionId: string, scope: DiffScope, path: string, side: DiffSide): Promise<DiffImage>;

  get(sessionId: string): Promise<Review>;
  markViewed(sessionId: string, body: MarkViewed): void;
  createComment(sessionId: string, body: CreateComment): Promise<ReviewComment>;
  updateComment(id: string, text: string): Promise<ReviewComment>;
  removeComment(id: string): void;
  sendComments(sessionId: string, body: SendComments): Promise<SentComments>;

  stage(sessionId: string, selection: Selection): Promise<void>;
  unstage(sessionId: string, selection: Selection): Promise<void>;

  facts(sessionId: string): Promise<ReviewFacts>;
  conflicts(sessionId: string): Promise<Conflicts>;
  markResolved(sessionId: string, body: MarkResolved): Promise<Conflicts>;
  markUnresolved(sessionId: string, body: MarkResolved): Promise<Conflicts>;
  sendConflicts(sessionId: string, body: SendConflicts): Promise<SentConflicts>;
  plan(sessionId: string, request: z.output<typeof ReviewRequest>): Promise<ReviewPlan>;
  /** `created` is false when the id was taken before: the same action comes back and nothing is done. */
  run(
    sessionId: string,
    body: z.output<typeof RunAction>,
  ): Promise<{ action: ReviewAction; created: boolean }>;
  /** newest first */
  listActions(sessionId: string): Promise<ReviewAction[]>;
  undo(id: string): Promise<ReviewAction>;
  draftMessage(sessionId: string, body: DraftMessage, signal: AbortSignal): Promise<DraftedMessage>;
}
