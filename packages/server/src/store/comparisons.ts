import type { Comparison } from '@pilotlight/protocol';
import { json, number, text, textOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';

export interface ComparisonTable {
  insert(comparison: Comparison): void;
  /** writes which one was kept */
  update(comparison: Comparison): void;
  get(id: string): Comparison | null;
  /** oldest first */
  list(): Comparison[];
  remove(id: string): void;
}

function fromRow(row: Row): Comparison {
  return {
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    title: text(row, 'title'),
    baseCommit: textOrNull(row, 'base_commit'),
    taskIds: json(row, 'task_ids_json'),
    keptTaskId: textOrNull(row, 'kept_task_id'),
    createdAt: number(row, 'created_at'),
  };
}

export function comparisonTable(database: Database): ComparisonTable {
  const insert = database.prepare(
    `INSERT INTO comparisons (id, project_id, title, base_commit, task_ids_json, kept_task_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare('UPDATE comparisons SET kept_task_id = ? WHERE id = ?');
  const get = database.prepare('SELECT * FROM comparisons WHERE id = ?');
  const list = database.prepare('SELECT * FROM comparisons ORDER BY created_at, rowid');
  const remove = database.prepare('DELETE FROM comparisons WHERE id = ?');
  return {
    insert: ({ id, projectId, title, baseCommit, taskIds, keptTaskId, createdAt }) =>
      insert.run(id, projectId, title, baseCommit, JSON.stringify(taskIds), keptTaskId, createdAt),
    update: ({ id, keptTaskId }) => update.run(keptTaskId, id),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: () => list.all().map(fromRow),
    remove: (id) => remove.run(id),
  };
}
