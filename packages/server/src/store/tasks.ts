import type { Task } from '@pilotlight/protocol';
import { number, text } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { TaskTable } from './store.ts';

function fromRow(row: Row): Task {
  return {
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    title: text(row, 'title'),
    agent: text(row, 'agent'),
    sessionId: text(row, 'session_id'),
    chatId: text(row, 'chat_id'),
    turnId: text(row, 'turn_id'),
    createdAt: number(row, 'created_at'),
  };
}

export function taskTable(database: Database): TaskTable {
  const insert = database.prepare(
    `INSERT INTO tasks (id, project_id, title, agent, session_id, chat_id, turn_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = database.prepare('SELECT * FROM tasks WHERE id = ?');
  const list = database.prepare('SELECT * FROM tasks ORDER BY created_at, rowid');
  const listOfProject = database.prepare(
    'SELECT * FROM tasks WHERE project_id = ? ORDER BY created_at, rowid',
  );
  return {
    insert: (task) =>
      insert.run(
        task.id,
        task.projectId,
        task.title,
        task.agent,
        task.sessionId,
        task.chatId,
        task.turnId,
        task.createdAt,
      ),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: (projectId) => (projectId === undefined ? list.all() : listOfProject.all(projectId)).map(fromRow),
  };
}
