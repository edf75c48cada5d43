import type { Checkpoint, TurnCheckpoints } from '@pilotlight/protocol';
import { json, number, text, textOrNull, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** Checkpoints as they are known; their commits are in the repository. */
export interface CheckpointTable {
  insert(checkpoint: Checkpoint): void;
  get(id: string): Checkpoint | null;
  /** the newest first */
  list(sessionId: string): Checkpoint[];
  /** the newest of a session; null when it has none */
  latest(sessionId: string): Checkpoint | null;
  ofTurn(turnId: string): TurnCheckpoints;
  remove(id: string): void;
  /** sessions that have any, removed ones included */
  sessionIds(): string[];
}

function fromRow(row: Row): Checkpoint {
  return {
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    turnId: textOrNull(row, 'turn_id'),
    kind: word(row, 'kind'),
    commit: text(row, 'commit_id'),
    leftOut: json(row, 'left_out_json'),
    createdAt: number(row, 'created_at'),
  };
}

export function checkpointTable(database: Database): CheckpointTable {
  const insert = database.prepare(
    `INSERT INTO checkpoints (id, session_id, turn_id, kind, commit_id, left_out_json, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = database.prepare('SELECT * FROM checkpoints WHERE id = ?');
  // As they were written: a clock may go back.
  const list = database.prepare('SELECT * FROM checkpoints WHERE session_id = ? ORDER BY rowid DESC');
  const latest = database.prepare(
    'SELECT * FROM checkpoints WHERE session_id = ? ORDER BY rowid DESC LIMIT 1',
  );
  const ofTurn = database.prepare('SELECT * FROM checkpoints WHERE turn_id = ? ORDER BY rowid');
  const remove = database.prepare('DELETE FROM checkpoints WHERE id = ?');
  const sessionIds = database.prepare('SELECT DISTINCT session_id FROM checkpoints');
  const one = (row: Row | null): Checkpoint | null => (row === null ? null : fromRow(row));
  return {
    insert: ({ id, sessionId, turnId, kind, commit, leftOut, createdAt }) =>
      insert.run(id, sessionId, turnId, kind, commit, JSON.stringify(leftOut), createdAt),
    get: (id) => one(get.get(id)),
    list: (sessionId) => list.all(sessionId).map(fromRow),
    latest: (sessionId) => one(latest.get(sessionId)),
    ofTurn(turnId) {
      const rows = ofTurn.all(turnId).map(fromRow);
      return {
        // A turn that ran anew has them twice: it began with the first, and ended with the last.
        before: rows.find(({ kind }) => kind === 'before_turn') ?? null,
        after: rows.findLast(({ kind }) => kind === 'after_turn') ?? null,
      };
    },
    remove: (id) => remove.run(id),
    sessionIds: () => sessionIds.all().map((row) => text(row, 'session_id')),
  };
}
