import type { Turn } from '@pilotlight/protocol';
import { jsonOrNull, number, numberOrNull, text, textOrNull, toJson, word, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { TurnTable } from './store.ts';

function fromRow(row: Row): Turn {
  return {
    id: text(row, 'id'),
    chatId: text(row, 'chat_id'),
    agent: text(row, 'agent'),
    model: textOrNull(row, 'model'),
    state: word(row, 'state'),
    position: number(row, 'position'),
    messageId: text(row, 'message_id'),
    prompt: jsonOrNull(row, 'prompt_json'),
    dispatch: wordOrNull(row, 'dispatch'),
    continuity: wordOrNull(row, 'continuity'),
    createdAt: number(row, 'created_at'),
    startedAt: numberOrNull(row, 'started_at'),
    endedAt: numberOrNull(row, 'ended_at'),
    error: jsonOrNull(row, 'error_json'),
    diff: jsonOrNull(row, 'diff_json'),
    usage: jsonOrNull(row, 'usage_json'),
    continues: textOrNull(row, 'continues'),
  };
}

/** Everything but the id and what never changes (chat, creation, what it continues). */
function changing(turn: Turn) {
  return [
    turn.agent,
    turn.model,
    turn.state,
    turn.position,
    turn.messageId,
    toJson(turn.prompt),
    turn.dispatch,
    turn.continuity,
    turn.startedAt,
    turn.endedAt,
    toJson(turn.error),
    toJson(turn.diff),
    toJson(turn.usage),
  ] as const;
}

/**
 * A turn that is not over. The planner takes the index on those only where a query repeats its condition word for word;
 * without it, looking for what waits reads all turns the chat ever had.
 */
const OPEN = `state IN ('queued', 'starting', 'running')`;

export function turnTable(database: Database): TurnTable {
  const insert = database.prepare(
    `INSERT INTO turns (agent, model, state, position, message_id, prompt_json, dispatch, continuity, started_at,
       ended_at, error_json, diff_json, usage_json, id, chat_id, created_at, continues)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE turns SET agent = ?, model = ?, state = ?, position = ?, message_id = ?, prompt_json = ?, dispatch = ?,
       continuity = ?, started_at = ?, ended_at = ?, error_json = ?, diff_json = ?, usage_json = ? WHERE id = ?`,
  );
  const get = database.prepare('SELECT * FROM turns WHERE id = ?');
  const queued = database.prepare(
    `SELECT * FROM turns WHERE chat_id = ? AND ${OPEN} AND state = 'queued' ORDER BY position, created_at, rowid`,
  );
  const open = database.prepare(`SELECT * FROM turns WHERE ${OPEN} ORDER BY created_at, rowid`);
  const active = database.prepare(
    `SELECT * FROM turns WHERE chat_id = ? AND ${OPEN} AND state IN ('starting', 'running') LIMIT 1`,
  );
  const nextQueued = database.prepare(
    `SELECT * FROM turns WHERE chat_id = ? AND ${OPEN} AND state = 'queued'
     ORDER BY position, created_at, rowid LIMIT 1`,
  );
  const queueSize = database.prepare(
    `SELECT count(*) AS count, max(position) AS last FROM turns WHERE chat_id = ? AND ${OPEN} AND state = 'queued'`,
  );
  const byIds = database.prepare('SELECT * FROM turns WHERE id IN (SELECT value FROM json_each(?))');
  const last = database.prepare(
    'SELECT * FROM turns WHERE chat_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1',
  );
  const oweRecap = database.prepare('UPDATE turns SET recap_owed = 1 WHERE id = ?');
  const owed = database.prepare(
    'SELECT id FROM turns WHERE id IN (SELECT value FROM json_each(?)) AND recap_owed = 1',
  );
  const continuing = database.prepare('SELECT * FROM turns WHERE chat_id = ? AND continues = ?');
  const remove = database.prepare('DELETE FROM turns WHERE id = ?');
  const one = (row: Row | null) => (row === null ? null : fromRow(row));
  return {
    insert: (turn) => insert.run(...changing(turn), turn.id, turn.chatId, turn.createdAt, turn.continues),
    update: (turn) => update.run(...changing(turn), turn.id),
    get: (id) => one(get.get(id)),
    queued: (chatId) => queued.all(chatId).map(fromRow),
    nextQueued: (chatId) => one(nextQueued.get(chatId)),
    queueSize(chatId) {
      const row = queueSize.get(chatId);
      if (row === null) return { count: 0, lastPosition: 0 };
      return { count: number(row, 'count'), lastPosition: numberOrNull(row, 'last') ?? 0 };
    },
    open: () => open.all().map(fromRow),
    active: (chatId) => one(active.get(chatId)),
    byIds: (ids) => (ids.length === 0 ? [] : byIds.all(JSON.stringify(ids)).map(fromRow)),
    oweRecap: (id) => oweRecap.run(id),
    recapsOwed: (ids) => owed.all(JSON.stringify(ids)).map((row) => text(row, 'id')),
    last: (chatId) => one(last.get(chatId)),
    continuing: (chatId, id) => one(continuing.get(chatId, id)),
    remove: (id) => remove.run(id),
  };
}
