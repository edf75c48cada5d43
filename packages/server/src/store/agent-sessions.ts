import type { AgentSession } from '@pilotlight/protocol';
import { number, numberOrNull, text, textOrNull, word, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import { isThere } from './removed-sessions.ts';
import type { AgentSessionTable } from './store.ts';

function fromRow(row: Row): AgentSession {
  return {
    chatId: text(row, 'chat_id'),
    agent: text(row, 'agent'),
    backend: word(row, 'backend'),
    agentSessionId: textOrNull(row, 'agent_session_id'),
    serverPort: numberOrNull(row, 'server_port'),
    worktreeId: textOrNull(row, 'worktree_id'),
    state: word(row, 'state'),
    why: text(row, 'why'),
    continuity: wordOrNull(row, 'continuity'),
    pinned: number(row, 'pinned') === 1,
    lastUsedAt: numberOrNull(row, 'last_used_at'),
    updatedAt: number(row, 'updated_at'),
  };
}

export function agentSessionTable(database: Database): AgentSessionTable {
  const upsert = database.prepare(
    `INSERT INTO agent_sessions (chat_id, agent, backend, agent_session_id, server_port, worktree_id, state, why,
       continuity, pinned, last_used_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (chat_id, agent) DO UPDATE SET backend = excluded.backend,
       agent_session_id = excluded.agent_session_id, server_port = excluded.server_port,
       worktree_id = excluded.worktree_id, state = excluded.state, why = excluded.why,
       continuity = excluded.continuity, pinned = excluded.pinned, last_used_at = excluded.last_used_at,
       updated_at = excluded.updated_at`,
  );
  const find = database.prepare('SELECT * FROM agent_sessions WHERE chat_id = ? AND agent = ?');
  const ofChat = database.prepare('SELECT * FROM agent_sessions WHERE chat_id = ? ORDER BY rowid');
  const resident = database.prepare(`SELECT * FROM agent_sessions WHERE state <> 'cold' ORDER BY rowid`);
  const usedSince = database.prepare(
    'SELECT DISTINCT agent FROM agent_sessions WHERE coalesce(last_used_at, updated_at) >= ? ORDER BY agent',
  );
  const placesSince = database.prepare(
    `SELECT projects.id AS id, projects.path AS path, (in_place OR kind = 'folder') AS in_folder,
       max(coalesce(agent_sessions.last_used_at, agent_sessions.updated_at)) AS used
     FROM agent_sessions JOIN chats ON chats.id = agent_sessions.chat_id
       JOIN sessions ON sessions.id = chats.session_id JOIN projects ON projects.id = sessions.project_id
     WHERE agent_sessions.agent = ? GROUP BY projects.id, in_folder HAVING used >= ? ORDER BY used DESC`,
  );
  const list = database.prepare(
    `SELECT a.* FROM agent_sessions a JOIN chats c ON c.id = a.chat_id WHERE ${isThere('c.session_id')}
     ORDER BY a.rowid`,
  );
  const heard = database.prepare(
    'SELECT heard_process, heard_offset FROM agent_sessions WHERE chat_id = ? AND agent = ?',
  );
  const setHeard = database.prepare(
    'UPDATE agent_sessions SET heard_process = ?, heard_offset = ? WHERE chat_id = ? AND agent = ?',
  );
  return {
    upsert: (row) =>
      upsert.run(
        row.chatId,
        row.agent,
        row.backend,
        row.agentSessionId,
        row.serverPort,
        row.worktreeId,
        row.state,
        row.why,
        row.continuity,
        Number(row.pinned),
        row.lastUsedAt,
        row.updatedAt,
      ),
    find(chatId, agent) {
      const row = find.get(chatId, agent);
      return row === null ? null : fromRow(row);
    },
    ofChat: (chatId) => ofChat.all(chatId).map(fromRow),
    resident: () => resident.all().map(fromRow),
    agentsUsedSince: (since) => usedSince.all(since).map((row) => text(row, 'agent')),
    placesUsedSince: (agent, since) =>
      placesSince.all(agent, since).map((row) => ({
        projectId: text(row, 'id'),
        path: text(row, 'path'),
        inPlace: number(row, 'in_folder') === 1,
      })),
    list: () => list.all().map(fromRow),
    heard(chatId, agent) {
      const row = heard.get(chatId, agent);
      const processId = row === null ? null : textOrNull(row, 'heard_process');
      return row === null || processId === null ? null : { processId, offset: number(row, 'heard_offset') };
    },
    setHeard: (chatId, agent, { processId, offset }) => setHeard.run(processId, offset, chatId, agent),
  };
}
