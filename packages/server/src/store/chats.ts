import type { AgentSessionChoice, Chat, ChatHold } from '@pilotlight/protocol';
import { json, jsonOrNull, number, numberOrNull, text, toJson, word, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import { isThere } from './removed-sessions.ts';
import { RowCache } from './row-cache.ts';
import type { ChatTable } from './store.ts';

type Choices = Record<string, AgentSessionChoice>;

function fromRow(row: Row): Chat {
  const hold = jsonOrNull<ChatHold>(row, 'hold_json');
  return {
    ...(hold === null ? {} : { hold }),
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    title: text(row, 'title'),
    agent: text(row, 'agent'),
    activity: word(row, 'activity'),
    lastTurnState: wordOrNull(row, 'last_turn_state'),
    lastLine: text(row, 'last_line'),
    unseen: number(row, 'unseen') === 1,
    runningSince: numberOrNull(row, 'running_since'),
    // Most chats have none.
    ...(row['choices_json'] === '{}' ? {} : { choices: json<Choices>(row, 'choices_json') }),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
  };
}

export function chatTable(database: Database): ChatTable {
  const insert = database.prepare(
    `INSERT INTO chats (id, session_id, title, agent, activity, last_turn_state, last_line, unseen,
       running_since, hold_json, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE chats SET title = ?, agent = ?, activity = ?, last_turn_state = ?, last_line = ?, unseen = ?,
       running_since = ?, hold_json = ?, updated_at = ?
     WHERE id = ?`,
  );
  const get = database.prepare(`SELECT * FROM chats WHERE id = ? AND ${isThere('chats.session_id')}`);
  const list = database.prepare(
    `SELECT * FROM chats WHERE ${isThere('chats.session_id')} ORDER BY created_at, rowid`,
  );
  const listOfSession = database.prepare(
    `SELECT * FROM chats WHERE session_id = ? AND ${isThere('chats.session_id')} ORDER BY created_at, rowid`,
  );
  const held = database.prepare(
    `SELECT * FROM chats WHERE hold_json IS NOT NULL AND ${isThere('chats.session_id')} ORDER BY created_at, rowid`,
  );
  const remove = database.prepare('DELETE FROM chats WHERE id = ?');
  const setChoices = database.prepare('UPDATE chats SET choices_json = ? WHERE id = ?');
  const rows = new RowCache<Chat>(database);
  const find = (id: string): Chat | null =>
    rows.get(id, () => {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    });

  return {
    insert: (chat) =>
      insert.run(
        chat.id,
        chat.sessionId,
        chat.title,
        chat.agent,
        chat.activity,
        chat.lastTurnState,
        chat.lastLine,
        Number(chat.unseen),
        chat.runningSince,
        toJson(chat.hold ?? null),
        chat.createdAt,
        chat.updatedAt,
      ),
    update(chat) {
      update.run(
        chat.title,
        chat.agent,
        chat.activity,
        chat.lastTurnState,
        chat.lastLine,
        Number(chat.unseen),
        chat.runningSince,
        toJson(chat.hold ?? null),
        chat.updatedAt,
        chat.id,
      );
      rows.changed(chat.id, ({ id, sessionId, createdAt, choices: kept }) => {
        const { choices: _given, ...rest } = chat;
        return { ...rest, id, sessionId, createdAt, ...(kept === undefined ? {} : { choices: kept }) };
      });
    },
    get: find,
    list: (sessionId) => (sessionId === undefined ? list.all() : listOfSession.all(sessionId)).map(fromRow),
    held: () => held.all().map(fromRow),
    remove(id) {
      remove.run(id);
      database.forget();
    },
    choice: (chatId, agent) => (find(chatId)?.choices as Choices | undefined)?.[agent] ?? null,
    setChoice(chatId, agent, choice) {
      setChoices.run(JSON.stringify({ ...find(chatId)?.choices, [agent]: choice }), chatId);
      rows.forget(chatId);
    },
  };
}
