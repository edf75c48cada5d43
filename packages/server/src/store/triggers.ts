import type { TaskTemplate, Trigger } from '@pilotlight/protocol';
import { json, number, numberOrNull, text, textOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';

/** As it is kept: with the secret of its webhook, and the SHA-256 of its own, in hex. */
export type TriggerRow = Omit<Trigger, 'task'> & { task: TaskTemplate; secretHash: string };

export interface TriggerTable {
  insert(trigger: TriggerRow): void;
  update(trigger: TriggerRow): void;
  get(id: string): TriggerRow | null;
  /** oldest first */
  list(): TriggerRow[];
  remove(id: string): void;
}

function fromRow(row: Row): TriggerRow {
  return {
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    name: text(row, 'name'),
    enabled: number(row, 'enabled') === 1,
    task: json(row, 'template_json'),
    secretHash: text(row, 'secret_hash'),
    lastUsedAt: numberOrNull(row, 'last_used_at'),
    lastTaskId: textOrNull(row, 'last_task_id'),
    createdAt: number(row, 'created_at'),
  };
}

export function triggerTable(database: Database): TriggerTable {
  const insert = database.prepare(
    `INSERT INTO triggers (name, enabled, template_json, secret_hash, last_used_at, last_task_id, id, project_id,
       created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE triggers SET name = ?, enabled = ?, template_json = ?, secret_hash = ?, last_used_at = ?, last_task_id = ?
     WHERE id = ?`,
  );
  const get = database.prepare('SELECT * FROM triggers WHERE id = ?');
  const list = database.prepare('SELECT * FROM triggers ORDER BY created_at, rowid');
  const remove = database.prepare('DELETE FROM triggers WHERE id = ?');
  const changing = (row: TriggerRow) =>
    [
      row.name,
      Number(row.enabled),
      JSON.stringify(row.task),
      row.secretHash,
      row.lastUsedAt,
      row.lastTaskId,
      row.id,
    ] as const;
  return {
    insert: (row) => insert.run(...changing(row), row.projectId, row.createdAt),
    update: (row) => update.run(...changing(row)),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: () => list.all().map(fromRow),
    remove: (id) => remove.run(id),
  };
}
