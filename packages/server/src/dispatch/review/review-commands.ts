import type {
  CreateComment,
  DiffPage,
  DiffScope,
  FileDiff,
  MarkViewed,
  Review,
  ReviewComment,
  Selection,
  SendComments,
  SentComments,
} from '@pilotlight/protocol';
import type { PatchOptions } from '../../workspace/review/read-file-diff.ts';

/** What a client can ask for about the changes of a session; each throws as its part says. */
export interface ReviewCommands {
  diff(
    sessionId: string,
    scope: DiffScope,
    page: { after?: string | undefined; limit?: number | undefined },
  ): Promise<DiffPage>;
  fileDiff(sessionId: string, scope: DiffScope, path: string, options: PatchOptions): Promise<FileDiff>;

  get(sessionId: string): Promise<Review>;
  markViewed(sessionId: string, body: MarkViewed): void;
  createComment(sessionId: string, body: CreateComment): Promise<ReviewComment>;
  updateComment(id: string, text: string): Promise<ReviewComment>;
  removeComment(id: string): void;
  sendComments(sessionId: string, body: SendComments): Promise<SentComments>;

  stage(sessionId: string, selection: Selection): Promise<void>;
  unstage(sessionId: string, selection: Selection): Promise<void>;
}
