import type { Policy } from '@pilotlight/protocol';
import { json, number, numberOrNull, textOrNull, wordOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import { isThere } from './removed-sessions.ts';
import type { PolicyTable } from './store.ts';

function fromRow(row: Row): Policy {
  const projectId = textOrNull(row, 'project_id');
  return {
    scope: projectId === null ? 'session' : 'project',
    scopeId: projectId ?? textOrNull(row, 'session_id') ?? '',
    mode: wordOrNull(row, 'mode'),
    answerWithin: numberOrNull(row, 'answer_within'),
    rules: json(row, 'rules_json'),
    revision: number(row, 'revision'),
    updatedAt: number(row, 'updated_at'),
  };
}

export function policyTable(database: Database): PolicyTable {
  const remove = database.prepare('DELETE FROM policies WHERE project_id = ?1 OR session_id = ?1');
  const insert = database.prepare(
    `INSERT INTO policies (project_id, session_id, mode, answer_within, rules_json, revision, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const ofProject = database.prepare('SELECT * FROM policies WHERE project_id = ?');
  const ofSession = database.prepare('SELECT * FROM policies WHERE session_id = ?');
  const list = database.prepare(
    `SELECT * FROM policies WHERE session_id IS NULL OR ${isThere('policies.session_id')} ORDER BY rowid`,
  );
  return {
    put(policy) {
      const { scope, scopeId, mode, answerWithin, rules, revision, updatedAt } = policy;
      database.transaction(() => {
        remove.run(scopeId);
        insert.run(
          scope === 'project' ? scopeId : null,
          scope === 'session' ? scopeId : null,
          mode,
          answerWithin,
          JSON.stringify(rules),
          revision,
          updatedAt,
        );
      });
    },
    get(scope, scopeId) {
      const row = (scope === 'project' ? ofProject : ofSession).get(scopeId);
      return row === null ? null : fromRow(row);
    },
    list: () => list.all().map(fromRow),
  };
}
