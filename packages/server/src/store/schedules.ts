import type { Schedule, TaskTemplate } from '@pilotlight/protocol';
import { json, jsonOrNull, number, numberOrNull, text, toJson, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** As it is kept: with the secret of its webhook. */
export type ScheduleRow = Omit<Schedule, 'task'> & { task: TaskTemplate };

export interface ScheduleTable {
  insert(schedule: ScheduleRow): void;
  update(schedule: ScheduleRow): void;
  get(id: string): ScheduleRow | null;
  /** oldest first */
  list(): ScheduleRow[];
  remove(id: string): void;
}

function fromRow(row: Row): ScheduleRow {
  return {
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    name: text(row, 'name'),
    cron: text(row, 'cron'),
    timeZone: text(row, 'time_zone'),
    enabled: number(row, 'enabled') === 1,
    overlap: word(row, 'overlap'),
    missed: word(row, 'missed'),
    task: json(row, 'template_json'),
    nextAt: numberOrNull(row, 'next_at'),
    last: jsonOrNull(row, 'last_json'),
    createdAt: number(row, 'created_at'),
  };
}

export function scheduleTable(database: Database): ScheduleTable {
  const insert = database.prepare(
    `INSERT INTO schedules (name, cron, time_zone, enabled, overlap, missed, template_json, next_at, last_json, id,
       project_id, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE schedules SET name = ?, cron = ?, time_zone = ?, enabled = ?, overlap = ?, missed = ?, template_json = ?,
       next_at = ?, last_json = ? WHERE id = ?`,
  );
  const get = database.prepare('SELECT * FROM schedules WHERE id = ?');
  const list = database.prepare('SELECT * FROM schedules ORDER BY created_at, rowid');
  const remove = database.prepare('DELETE FROM schedules WHERE id = ?');
  const changing = (row: ScheduleRow) =>
    [
      row.name,
      row.cron,
      row.timeZone,
      Number(row.enabled),
      row.overlap,
      row.missed,
      JSON.stringify(row.task),
      row.nextAt,
      toJson(row.last),
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
