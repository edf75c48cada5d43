import { json, number, text, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** What the worktree of a removed session is made from again. */
export interface KeptState {
  path: string;
  /** what HEAD was on; null: detached */
  branch: string | null;
  head: string;
  /** the commit whose tree was staged; null: there was no index */
  index: string | null;
  checkpointId: string;
}

export interface RemovedRow {
  sessionId: string;
  /** while `removing` it is still there for clients */
  state: 'removing' | 'removed' | 'restoring';
  removedAt: number;
  /** null: it had no worktree, or none that was there */
  kept: KeptState | null;
}

export interface RemovedSessionTable {
  /** in place of the one there was */
  put(row: RemovedRow): void;
  get(sessionId: string): RemovedRow | null;
  /** the last removed first */
  list(): RemovedRow[];
  /** The session is there again. */
  remove(sessionId: string): void;
}

/** Of a statement: the session was not removed. Name the column with its table, since this has one of the same name. */
export function isThere(sessionId: string): string {
  return `NOT EXISTS (SELECT 1 FROM removed_sessions r WHERE r.session_id = ${sessionId} AND r.state <> 'removing')`;
}

function fromRow(row: Row): RemovedRow {
  return {
    sessionId: text(row, 'session_id'),
    state: word(row, 'state'),
    removedAt: number(row, 'removed_at'),
    kept: row['kept_json'] === null ? null : json(row, 'kept_json'),
  };
}

export function removedSessionTable(database: Database): RemovedSessionTable {
  const put = database.prepare(
    `INSERT INTO removed_sessions (session_id, state, removed_at, kept_json) VALUES (?, ?, ?, ?)
     ON CONFLICT (session_id) DO UPDATE SET state = excluded.state, removed_at = excluded.removed_at,
       kept_json = excluded.kept_json`,
  );
  const get = database.prepare('SELECT * FROM removed_sessions WHERE session_id = ?');
  const list = database.prepare('SELECT * FROM removed_sessions ORDER BY removed_at DESC');
  const remove = database.prepare('DELETE FROM removed_sessions WHERE session_id = ?');
  return {
    put({ sessionId, state, removedAt, kept }) {
      put.run(sessionId, state, removedAt, kept === null ? null : JSON.stringify(kept));
      // Sessions and chats are there, or not, by this.
      database.forget();
    },
    get(sessionId) {
      const row = get.get(sessionId);
      return row === null ? null : fromRow(row);
    },
    list: () => list.all().map(fromRow),
    remove(sessionId) {
      remove.run(sessionId);
      database.forget();
    },
  };
}
