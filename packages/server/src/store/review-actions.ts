import type { ConflictedFile, ReviewAction, ReviewKind } from '@pilotlight/protocol';
import { json, jsonOrNull, number, text, textOrNull, toJson, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** An action as it is kept; whether it can be taken back is seen when it is read. */
export interface KeptAction {
  id: string;
  sessionId: string;
  kind: ReviewKind;
  state: ReviewAction['state'];
  summary: string;
  url: string | null;
  conflicts: ConflictedFile[];
  /** how it is taken back, kept as JSON; null: it cannot be */
  undo: object | null;
  createdAt: number;
}

export interface ReviewActionTable {
  insert(action: KeptAction): void;
  /** Writes all but `sessionId`, `kind` and `createdAt`. */
  update(action: KeptAction): void;
  get(id: string): KeptAction | null;
  /** the newest first */
  list(sessionId: string, limit: number): KeptAction[];
  /** of every session */
  running(): KeptAction[];
}

function fromRow(row: Row): KeptAction {
  return {
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    kind: word(row, 'kind'),
    state: word(row, 'state'),
    summary: text(row, 'summary'),
    url: textOrNull(row, 'url'),
    conflicts: json(row, 'conflicts_json'),
    undo: jsonOrNull(row, 'undo_json'),
    createdAt: number(row, 'created_at'),
  };
}

export function reviewActionTable(database: Database): ReviewActionTable {
  const insert = database.prepare(
    `INSERT INTO review_actions (id, session_id, kind, state, summary, url, conflicts_json, undo_json, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    'UPDATE review_actions SET state = ?, summary = ?, url = ?, conflicts_json = ?, undo_json = ? WHERE id = ?',
  );
  const get = database.prepare('SELECT * FROM review_actions WHERE id = ?');
  const list = database.prepare(
    'SELECT * FROM review_actions WHERE session_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?',
  );
  const running = database.prepare("SELECT * FROM review_actions WHERE state = 'running'");
  return {
    insert: ({ id, sessionId, kind, state, summary, url, conflicts, undo, createdAt }) =>
      insert.run(
        id,
        sessionId,
        kind,
        state,
        summary,
        url,
        JSON.stringify(conflicts),
        toJson(undo),
        createdAt,
      ),
    update: ({ id, state, summary, url, conflicts, undo }) =>
      update.run(state, summary, url, JSON.stringify(conflicts), toJson(undo), id),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: (sessionId, limit) => list.all(sessionId, limit).map(fromRow),
    running: () => running.all().map(fromRow),
  };
}
