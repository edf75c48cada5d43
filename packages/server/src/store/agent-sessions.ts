import type { AgentSession } from '@pilotlight/protocol';
import { number, numberOrNull, text, textOrNull, word, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
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
    updatedAt: number(row, 'updated_at'),
  };
}

export function agentSessionTable(database: Database): AgentSessionTable {
  const upsert = database.prepare(
    `INSERT INTO agent_sessions (chat_id, agent, backend, agent_session_id, server_port, worktree_id, state, why,
       continuity, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (chat_id, agent) DO UPDATE SET backend = excluded.backend,
       agent_session_id = excluded.agent_session_id, server_port = excluded.server_port,
       worktree_id = excluded.worktree_id, state = excluded.state, why = excluded.why,
       continuity = excluded.continuity, updated_at = excluded.updated_at`,
  );
  const find = database.prepare('SELECT * FROM agent_sessions WHERE chat_id = ? AND agent = ?');
  const ofChat = database.prepare('SELECT * FROM agent_sessions WHERE chat_id = ? ORDER BY rowid');
  const list = database.prepare('SELECT * FROM agent_sessions ORDER BY rowid');
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
        row.updatedAt,
      ),
    find(chatId, agent) {
      const row = find.get(chatId, agent);
      return row === null ? null : fromRow(row);
    },
    ofChat: (chatId) => ofChat.all(chatId).map(fromRow),
    list: () => list.all().map(fromRow),
    heard(chatId, agent) {
      const row = heard.get(chatId, agent);
      const processId = row === null ? null : textOrNull(row, 'heard_process');
      return row === null || processId === null ? null : { processId, offset: number(row, 'heard_offset') };
    },
    setHeard: (chatId, agent, { processId, offset }) => setHeard.run(processId, offset, chatId, agent),
  };
}
