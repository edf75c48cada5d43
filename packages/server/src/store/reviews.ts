import type { ReviewComment, ReviewState } from '@pilotlight/protocol';
import { number, numberOrNull, text, textOrNull, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** A comment as it is kept; whether it is outdated is seen when it is read. */
export type KeptComment = Omit<ReviewComment, 'outdated'>;
/** What was viewed of a file; a null object: that it was not there. */
export interface ViewedMark {
  path: string;
  object: string | null;
}

/** Marks and comments on the changes of sessions. */
export interface ReviewTable {
  /** The next revision of that session's review. */
  grow(sessionId: string): ReviewState;
  /** of those that were reviewed at all */
  list(): ReviewState[];
  get(sessionId: string): ReviewState;
  marks(sessionId: string): ViewedMark[];
  mark(sessionId: string, mark: ViewedMark): void;
  unmark(sessionId: string, path: string): void;
  /** drafts first, then those sent; each oldest first */
  comments(sessionId: string): KeptComment[];
  comment(id: string): KeptComment | null;
  insertComment(comment: KeptComment): void;
  /** Writes `text`, `sentTurnId`, `sentAt` and `updatedAt`. */
  updateComment(comment: KeptComment): void;
  removeComment(id: string): void;
}

function fromRow(row: Row): KeptComment {
  return {
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    path: text(row, 'path'),
    side: word(row, 'side'),
    startLine: number(row, 'start_line'),
    endLine: number(row, 'end_line'),
    code: text(row, 'code'),
    text: text(row, 'text'),
    sentTurnId: textOrNull(row, 'sent_turn_id'),
    sentAt: numberOrNull(row, 'sent_at'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
  };
}

function stateOf(row: Row): ReviewState {
  return {
    sessionId: text(row, 'session_id'),
    revision: number(row, 'revision'),
    drafts: number(row, 'drafts'),
  };
}

export function reviewTable(database: Database): ReviewTable {
  const grow = database.prepare(
    `INSERT INTO reviews (session_id, revision) VALUES (?, 1)
     ON CONFLICT (session_id) DO UPDATE SET revision = revision + 1`,
  );
  const states = `SELECT session_id, revision, (SELECT count(*) FROM review_comments
     WHERE review_comments.session_id = reviews.session_id AND sent_turn_id IS NULL) AS drafts FROM reviews`;
  const list = database.prepare(states);
  const get = database.prepare(`${states} WHERE session_id = ?`);
  const marks = database.prepare('SELECT path, object FROM review_marks WHERE session_id = ? ORDER BY path');
  const mark = database.prepare(
    `INSERT INTO review_marks (session_id, path, object) VALUES (?, ?, ?)
     ON CONFLICT (session_id, path) DO UPDATE SET object = excluded.object`,
  );
  const unmark = database.prepare('DELETE FROM review_marks WHERE session_id = ? AND path = ?');
  const comments = database.prepare(
    'SELECT * FROM review_comments WHERE session_id = ? ORDER BY sent_at IS NOT NULL, created_at, rowid',
  );
  const comment = database.prepare('SELECT * FROM review_comments WHERE id = ?');
  const insertComment = database.prepare(
    `INSERT INTO review_comments
     (id, session_id, path, side, start_line, end_line, code, text, sent_turn_id, sent_at, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateComment = database.prepare(
    'UPDATE review_comments SET text = ?, sent_turn_id = ?, sent_at = ?, updated_at = ? WHERE id = ?',
  );
  const removeComment = database.prepare('DELETE FROM review_comments WHERE id = ?');
  const stateNow = (sessionId: string): ReviewState => {
    const row = get.get(sessionId);
    return row === null ? { sessionId, revision: 0, drafts: 0 } : stateOf(row);
  };
  return {
    grow(sessionId) {
      grow.run(sessionId);
      return stateNow(sessionId);
    },
    list: () => list.all().map(stateOf),
    get: stateNow,
    marks: (sessionId) =>
      marks.all(sessionId).map((row) => ({ path: text(row, 'path'), object: textOrNull(row, 'object') })),
    mark: (sessionId, { path, object }) => mark.run(sessionId, path, object),
    unmark: (sessionId, path) => unmark.run(sessionId, path),
    comments: (sessionId) => comments.all(sessionId).map(fromRow),
    comment(id) {
      const row = comment.get(id);
      return row === null ? null : fromRow(row);
    },
    insertComment: (made) =>
      insertComment.run(
        made.id,
        made.sessionId,
        made.path,
        made.side,
        made.startLine,
        made.endLine,
        made.code,
        made.text,
        made.sentTurnId,
        made.sentAt,
        made.createdAt,
        made.updatedAt,
      ),
    updateComment: ({ id, text: words, sentTurnId, sentAt, updatedAt }) =>
      updateComment.run(words, sentTurnId, sentAt, updatedAt, id),
    removeComment: (id) => removeComment.run(id),
  };
}
