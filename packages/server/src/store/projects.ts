import type { Project } from '@pilotlight/protocol';
import { number, text, word } from './columns.ts';
import type { Database, Row } from './database.ts';
import { RowCache } from './row-cache.ts';
import type { ProjectTable } from './store.ts';

/** Setting: ids of the projects that are out of sight. */
const HIDDEN = 'hidden_projects';

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
  // As every setting is stored.
  const hiddenIds = `SELECT value FROM json_each(COALESCE((SELECT value_json FROM settings WHERE key = '${HIDDEN}'), '[]'))`;
  const list = database.prepare(
    `SELECT * FROM projects WHERE id NOT IN (${hiddenIds}) ORDER BY created_at, rowid`,
  );
  const hidden = database.prepare(hiddenIds);
  const setHidden = database.prepare(
    `INSERT INTO settings (key, value_json) VALUES ('${HIDDEN}', ?)
     ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json`,
  );
  const moveSessions = database.prepare('UPDATE sessions SET project_id = ? WHERE project_id = ?');
  const setPath = database.prepare('UPDATE projects SET path = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM projects WHERE id = ?');
  const rows = new RowCache<Project>(database);
  const allHidden = (): string[] => hidden.all().map((row) => text(row, 'value'));
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
      setHidden.run(JSON.stringify(allHidden().filter((one) => one !== id)));
      database.forget();
    },
    hide(id, as) {
      const project = one(get.get(id));
      if (project === null) return;
      // No two have one path.
      setPath.run(`${project.path}/${id}`, id);
      insert.run(as, project.name, project.path, project.kind, project.createdAt);
      moveSessions.run(as, id);
      remove.run(id);
      setHidden.run(JSON.stringify([...allHidden(), as]));
      database.forget();
    },
    isHidden: (id) => allHidden().includes(id),
    show(id) {
      setHidden.run(JSON.stringify(allHidden().filter((one) => one !== id)));
      database.forget();
    },
  };
}
