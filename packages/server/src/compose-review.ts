import type { Announcer } from './dispatch/announcer.ts';
import type { Catalog } from './dispatch/catalog.ts';
import { DiffReader } from './dispatch/review/diff-reader.ts';
import { ReviewBook, type SubmitTo } from './dispatch/review/review-book.ts';
import type { ReviewCommands } from './dispatch/review/review-commands.ts';
import { WorktreeWriter } from './dispatch/review/worktree-writer.ts';

export interface ReviewParts {
  announcer: Announcer;
  catalog: Catalog;
  submit: SubmitTo;
}

/** Everything about the changes of a session: what they are, what is said of them, what becomes of them. */
export function composeReview({ announcer, catalog, submit }: ReviewParts): ReviewCommands {
  const diffs = new DiffReader(catalog, announcer.store);
  const book = new ReviewBook(announcer, catalog, submit);
  const writer = new WorktreeWriter(announcer, catalog);
  return {
    diff: (sessionId, scope, page) => diffs.page(sessionId, scope, page),
    fileDiff: (sessionId, scope, path, options) => diffs.file(sessionId, scope, path, options),

    get: (sessionId) => book.get(sessionId),
    markViewed: (sessionId, body) => book.markViewed(sessionId, body),
    createComment: (sessionId, body) => book.createComment(sessionId, body),
    updateComment: (id, text) => book.updateComment(id, text),
    removeComment: (id) => book.removeComment(id),
    sendComments: (sessionId, body) => book.send(sessionId, body),

    stage: (sessionId, selection) => writer.stage(sessionId, selection),
    unstage: (sessionId, selection) => writer.unstage(sessionId, selection),
  };
}
