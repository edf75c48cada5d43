import type { Project } from '@pilotlight/protocol';
import { number, text, word } from './columns.ts';
import type { Database, Row } from './database.ts';
import { RowCache } from './row-cache.ts';
import type { ProjectTable } from './store.ts';

function fromRow(row: Row): Project {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    path: text(row, 'path'),
    kind: word(row, 'kind'),
    createdAt: number(row, 'created_at'),
  };
}

export function projectTable(database: Database): ProjectTable {
  const insert = database.prepare(
    'INSERT INTO projects (id, name, path, kind, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const get = database.prepare('SELECT * FROM projects WHERE id = ?');
  const byPath = database.prepare('SELECT * FROM projects WHERE path = ?');
  const list = database.prepare('SELECT * FROM projects ORDER BY created_at, rowid');
  const setPath = database.prepare('UPDATE projects SET path = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM projects WHERE id = ?');
  const rows = new RowCache<Project>(database);
  const one = (row: Row | null) => (row === null ? null : fromRow(row));
  return {
    insert: (project) => insert.run(project.id, project.name, project.path, project.kind, project.createdAt),
    get: (id) => rows.get(id, () => one(get.get(id))),
    byPath: (path) => one(byPath.get(path)),
    list: () => list.all().map(fromRow),
    setPath(id, path) {
      setPath.run(path, id);
      database.forget();
    },
    remove(id) {
      remove.run(id);
      database.forget();
    },
  };
}
