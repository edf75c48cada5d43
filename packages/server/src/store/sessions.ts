import type { Session, Worktree } from '@pilotlight/protocol';
import { jsonOrNull, number, numberOrNull, text, textOrNull, toJson } from './columns.ts';
import type { Database, Row } from './database.ts';
import { isThere } from './removed-sessions.ts';
import { RowCache } from './row-cache.ts';
import type { SessionTable, WorktreeTable } from './store.ts';

const SESSIONS = `SELECT s.*, w.id AS worktree_id, w.path AS worktree_path, w.branch, w.base_commit
  FROM sessions s LEFT JOIN worktrees w ON w.session_id = s.id`;

function worktreeOf(row: Row): Worktree | null {
  if (row['worktree_id'] === null) return null;
  return {
    id: text(row, 'worktree_id'),
    path: text(row, 'worktree_path'),
    branch: text(row, 'branch'),
    baseCommit: text(row, 'base_commit'),
  };
}

function fromRow(row: Row): Session {
  return {
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    title: text(row, 'title'),
    inPlace: number(row, 'in_place') === 1,
    base: textOrNull(row, 'base'),
    worktree: worktreeOf(row),
    diff: jsonOrNull(row, 'diff_json'),
    createdAt: number(row, 'created_at'),
    archivedAt: numberOrNull(row, 'archived_at'),
  };
}

export function sessionTable(database: Database): SessionTable {
  const insert = database.prepare(
    `INSERT INTO sessions (id, project_id, title, in_place, base, diff_json, created_at, archived_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    'UPDATE sessions SET title = ?, in_place = ?, diff_json = ?, archived_at = ? WHERE id = ?',
  );
  const get = database.prepare(`${SESSIONS} WHERE s.id = ? AND ${isThere('s.id')}`);
  const removed = database.prepare(`${SESSIONS} WHERE s.id = ?`);
  const list = database.prepare(`${SESSIONS} WHERE ${isThere('s.id')} ORDER BY s.created_at, s.rowid`);
  const listOfProject = database.prepare(
    `${SESSIONS} WHERE s.project_id = ? AND ${isThere('s.id')} ORDER BY s.created_at, s.rowid`,
  );
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?');
  const rows = new RowCache<Session>(database);
  return {
    insert: (session) =>
      insert.run(
        session.id,
        session.projectId,
        session.title,
        Number(session.inPlace),
        session.base,
        toJson(session.diff),
        session.createdAt,
        session.archivedAt,
      ),
    update(session) {
      update.run(
        session.title,
        Number(session.inPlace),
        toJson(session.diff),
        session.archivedAt,
        session.id,
      );
      rows.forget(session.id);
    },
    get: (id) =>
      rows.get(id, () => {
        const row = get.get(id);
        return row === null ? null : fromRow(row);
      }),
    evenRemoved(id) {
      const row = removed.get(id);
      return row === null ? null : fromRow(row);
    },
    list: (projectId) => (projectId === undefined ? list.all() : listOfProject.all(projectId)).map(fromRow),
    remove(id) {
      remove.run(id);
      database.forget();
    },
  };
}

const WORKTREES = 'SELECT id AS worktree_id, path AS worktree_path, branch, base_commit FROM worktrees';

export function worktreeTable(database: Database): WorktreeTable {
  const insert = database.prepare(
    'INSERT INTO worktrees (id, session_id, path, branch, base_commit) VALUES (?, ?, ?, ?, ?)',
  );
  const get = database.prepare(`${WORKTREES} WHERE id = ?`);
  const setPath = database.prepare('UPDATE worktrees SET path = ? WHERE id = ?');
  const setBranch = database.prepare('UPDATE worktrees SET branch = ? WHERE id = ?');
  const bySession = database.prepare(`${WORKTREES} WHERE session_id = ?`);
  const remove = database.prepare('DELETE FROM worktrees WHERE id = ?');
  const one = (row: Row | null) => (row === null ? null : worktreeOf(row));
  return {
    insert(worktree) {
      insert.run(worktree.id, worktree.sessionId, worktree.path, worktree.branch, worktree.baseCommit);
      // Sessions carry their worktree.
      database.forget();
    },
    get: (id) => one(get.get(id)),
    bySession: (sessionId) => one(bySession.get(sessionId)),
    setPath(id, path) {
      setPath.run(path, id);
      database.forget();
    },
    setBranch(id, branch) {
      setBranch.run(branch, id);
      database.forget();
    },
    remove(id) {
      remove.run(id);
      database.forget();
    },
  };
}
