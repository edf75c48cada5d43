import type { Permission } from '@pilotlight/protocol';
import { json, jsonOrNull, number, numberOrNull, text, textOrNull, toJson, word } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { PermissionTable } from './store.ts';

function fromRow(row: Row): Permission {
  return {
    id: text(row, 'id'),
    chatId: text(row, 'chat_id'),
    turnId: text(row, 'turn_id'),
    agent: text(row, 'agent'),
    kind: word(row, 'kind'),
    state: word(row, 'state'),
    title: text(row, 'title'),
    toolCall: jsonOrNull(row, 'tool_call_json'),
    options: json(row, 'options_json'),
    fields: json(row, 'fields_json'),
    url: textOrNull(row, 'url'),
    subject: jsonOrNull(row, 'subject_json'),
    always: json(row, 'always_json'),
    deadlineAt: numberOrNull(row, 'deadline_at'),
    answer: jsonOrNull(row, 'answer_json'),
    answeredBy: textOrNull(row, 'answered_by'),
    decision: jsonOrNull(row, 'decision_json'),
    createdAt: number(row, 'created_at'),
    answeredAt: numberOrNull(row, 'answered_at'),
  };
}

function values(permission: Permission) {
  return [
    permission.turnId,
    permission.agent,
    permission.kind,
    permission.state,
    permission.title,
    toJson(permission.toolCall),
    JSON.stringify(permission.options),
    JSON.stringify(permission.fields),
    permission.url,
    toJson(permission.subject),
    JSON.stringify(permission.always),
    permission.deadlineAt,
    toJson(permission.answer),
    permission.answeredBy,
    toJson(permission.decision),
    permission.answeredAt,
  ] as const;
}

/** Which of three indexes serves depends on the filter, so each has a statement of its own. */
export function permissionTable(database: Database): PermissionTable {
  const insert = database.prepare(
    `INSERT INTO permissions (turn_id, agent, kind, state, title, tool_call_json, options_json, fields_json, url,
       subject_json, always_json, deadline_at, answer_json, answered_by, decision_json, answered_at, id, chat_id,
       created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE permissions SET turn_id = ?, agent = ?, kind = ?, state = ?, title = ?, tool_call_json = ?,
       options_json = ?, fields_json = ?, url = ?, subject_json = ?, always_json = ?, deadline_at = ?, answer_json = ?,
       answered_by = ?, decision_json = ?, answered_at = ? WHERE id = ?`,
  );
  const get = database.prepare('SELECT * FROM permissions WHERE id = ?');
  const ORDER = 'ORDER BY created_at, rowid';
  const all = database.prepare(`SELECT * FROM permissions ${ORDER}`);
  const pending = database.prepare(`SELECT * FROM permissions WHERE state = 'pending' ${ORDER}`);
  const ofChat = database.prepare(`SELECT * FROM permissions WHERE chat_id = ? ${ORDER}`);
  const pendingOfChat = database.prepare(
    `SELECT * FROM permissions WHERE chat_id = ? AND state = 'pending' ${ORDER}`,
  );
  const ofTurns = database.prepare(
    `SELECT * FROM permissions WHERE turn_id IN (SELECT value FROM json_each(?)) ${ORDER}`,
  );
  const RECENT = `SELECT p.* FROM permissions p JOIN chats c ON c.id = p.chat_id JOIN sessions s ON s.id = c.session_id
     WHERE p.subject_json IS NOT NULL`;
  const NEWEST = 'ORDER BY p.created_at DESC, p.rowid DESC LIMIT ?';
  const recentOfSession = database.prepare(`${RECENT} AND s.id = ? ${NEWEST}`);
  const recentOfProject = database.prepare(`${RECENT} AND s.project_id = ? ${NEWEST}`);

  function candidates(filter: NonNullable<Parameters<PermissionTable['list']>[0]>): Row[] {
    const { state, chatId, turnIds } = filter;
    if (turnIds !== undefined) return turnIds.length === 0 ? [] : ofTurns.all(JSON.stringify(turnIds));
    if (state === 'pending') return chatId === undefined ? pending.all() : pendingOfChat.all(chatId);
    return chatId === undefined ? all.all() : ofChat.all(chatId);
  }

  return {
    insert: (permission) =>
      insert.run(...values(permission), permission.id, permission.chatId, permission.createdAt),
    update: (permission) => update.run(...values(permission), permission.id),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: (filter = {}) =>
      candidates(filter)
        .filter((row) => filter.state === undefined || row['state'] === filter.state)
        .filter((row) => filter.chatId === undefined || row['chat_id'] === filter.chatId)
        .map(fromRow),
    recent: (scope, scopeId, limit) =>
      (scope === 'project' ? recentOfProject : recentOfSession).all(scopeId, limit).map(fromRow),
  };
}
