import { PilotlightError, type Message } from '@pilotlight/protocol';
import { json, number, text, textOrNull, word, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { MessageTable } from './store.ts';

function fromRow(row: Row): Message {
  return {
    id: text(row, 'id'),
    chatId: text(row, 'chat_id'),
    role: word(row, 'role'),
    turnId: textOrNull(row, 'turn_id'),
    agent: text(row, 'agent'),
    parts: json(row, 'parts_json'),
    createdAt: number(row, 'created_at'),
  };
}

export function messageTable(database: Database): MessageTable {
  const upsert = database.prepare(
    `INSERT INTO messages (id, chat_id, ordinal, role, turn_id, agent, created_at, parts_json)
     VALUES (?1, ?2, (SELECT coalesce(max(ordinal), 0) + 1 FROM messages WHERE chat_id = ?2), ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (id) DO UPDATE SET role = excluded.role, turn_id = excluded.turn_id, agent = excluded.agent,
       created_at = excluded.created_at, parts_json = excluded.parts_json`,
  );
  const get = database.prepare('SELECT * FROM messages WHERE id = ?');
  const ordinal = database.prepare('SELECT ordinal FROM messages WHERE id = ? AND chat_id = ?');
  const page = database.prepare(
    'SELECT * FROM messages WHERE chat_id = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT ?',
  );
  const rowsBefore = database.prepare(
    `SELECT id, role, created_at, ordinal, parts_json FROM messages WHERE chat_id = ? AND ordinal < ?
     ORDER BY ordinal DESC LIMIT ?`,
  );
  // Ordinals are dense, so the highest is the number of messages.
  const count = database.prepare('SELECT coalesce(max(ordinal), 0) AS n FROM messages WHERE chat_id = ?');
  const lastTurn = database.prepare(
    `SELECT t.agent, t.dispatch, t.recap_owed FROM turns AS t WHERE t.id = (
       SELECT turn_id FROM messages WHERE chat_id = ? ORDER BY ordinal DESC LIMIT 1
     )`,
  );
  const afterTurnOf = database.prepare(
    `SELECT * FROM messages WHERE chat_id = ?1 AND ordinal > (
       SELECT coalesce(max(ordinal), 0) FROM messages WHERE chat_id = ?1 AND agent = ?2 AND turn_id IS NOT NULL
     ) ORDER BY ordinal`,
  );

  function end(chatId: string, before: string | undefined): number {
    if (before === undefined) return Number.MAX_SAFE_INTEGER;
    const row = ordinal.get(before, chatId);
    if (row !== null) return number(row, 'ordinal');
    throw new PilotlightError('message_not_found', `Chat ${chatId} has no message ${before}.`);
  }

  return {
    upsert: (message) =>
      upsert.run(
        message.id,
        message.chatId,
        message.role,
        message.turnId,
        message.agent,
        message.createdAt,
        JSON.stringify(message.parts),
      ),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    page(chatId, { before, limit }) {
      const rows = page.all(chatId, end(chatId, before), limit + 1);
      return { messages: rows.slice(0, limit).toReversed().map(fromRow), hasEarlier: rows.length > limit };
    },
    rowsBefore: (chatId, before, limit) =>
      rowsBefore.all(chatId, before ?? Number.MAX_SAFE_INTEGER, limit).map((row) => ({
        id: text(row, 'id'),
        role: word(row, 'role'),
        createdAt: number(row, 'created_at'),
        ordinal: number(row, 'ordinal'),
        partsJson: text(row, 'parts_json'),
      })),
    count: (chatId) => number(count.get(chatId) ?? { n: 0 }, 'n'),
    lastTurn(chatId) {
      const row = lastTurn.get(chatId);
      if (row === null) return null;
      return {
        agent: text(row, 'agent'),
        dispatch: wordOrNull(row, 'dispatch'),
        recapOwed: number(row, 'recap_owed') === 1,
      };
    },
    afterTurnOf: (chatId, agent) => afterTurnOf.all(chatId, agent).map(fromRow),
  };
}
