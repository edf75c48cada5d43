import type { Lacking, ScriptRun, ScriptsState } from '@pilotlight/protocol';
import { json, number, numberOrNull, text, textOrNull, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** What is kept of the scripts of projects and sessions. */
export interface ScriptTable {
  isAllowed(projectId: string, hash: string): boolean;
  allow(projectId: string, hash: string, at: number): void;

  /** The next revision of that session. */
  grow(sessionId: string): ScriptsState;
  /** of those that have any */
  list(): ScriptsState[];
  /** whether the session's worktree was made ready: files copied, setup run or known to wait */
  isPrepared(sessionId: string): boolean;
  setPrepared(sessionId: string, waits: boolean, lacking: readonly Lacking[]): void;
  /** Its worktree was made anew. */
  setUnprepared(sessionId: string): void;
  lacking(sessionId: string): Lacking[];
  waits(sessionId: string): boolean;

  /** Replaces the run of the same script before it. */
  putRun(run: ScriptRun): void;
  runs(sessionId: string): ScriptRun[];
  /** all that are running */
  running(): ScriptRun[];
  setOutput(runId: string, output: string): void;
  output(runId: string): string;

  ports(sessionId: string): Map<string, number>;
  portsTaken(): Set<number>;
  setPort(sessionId: string, name: string, port: number): void;
}

function runOf(row: Row): ScriptRun {
  return {
    id: text(row, 'id'),
    sessionId: text(row, 'session_id'),
    kind: word(row, 'kind'),
    name: text(row, 'name'),
    command: text(row, 'command'),
    state: word(row, 'state'),
    exitCode: numberOrNull(row, 'exit_code'),
    startedAt: number(row, 'started_at'),
    endedAt: numberOrNull(row, 'ended_at'),
  };
}

function stateOf(row: Row): ScriptsState {
  return {
    sessionId: text(row, 'session_id'),
    revision: number(row, 'revision'),
    running: number(row, 'running'),
    setup: setupOf(row),
  };
}

function setupOf(row: Row): ScriptsState['setup'] {
  if (number(row, 'waits') === 1) return 'waits';
  const state = textOrNull(row, 'setup_state');
  if (state === null || state === 'succeeded') return null;
  return state === 'running' ? 'running' : 'failed';
}

export function scriptTable(database: Database): ScriptTable {
  const isAllowed = database.prepare('SELECT 1 FROM allowed_scripts WHERE project_id = ? AND hash = ?');
  const allow = database.prepare(
    'INSERT OR IGNORE INTO allowed_scripts (project_id, hash, allowed_at) VALUES (?, ?, ?)',
  );
  const grow = database.prepare(
    `INSERT INTO session_scripts (session_id, revision) VALUES (?, 1)
     ON CONFLICT (session_id) DO UPDATE SET revision = revision + 1`,
  );
  const states = `SELECT session_id, revision, waits,
     (SELECT count(*) FROM script_runs r WHERE r.session_id = s.session_id AND state = 'running') AS running,
     (SELECT state FROM script_runs r WHERE r.session_id = s.session_id AND kind = 'setup') AS setup_state
     FROM session_scripts s`;
  const list = database.prepare(`${states} WHERE revision > 0`);
  const get = database.prepare(`${states} WHERE session_id = ?`);
  const row = database.prepare('SELECT * FROM session_scripts WHERE session_id = ?');
  const setPrepared = database.prepare(
    `INSERT INTO session_scripts (session_id, prepared, waits, lacking_json) VALUES (?, 1, ?, ?)
     ON CONFLICT (session_id) DO UPDATE SET prepared = 1, waits = excluded.waits,
     lacking_json = excluded.lacking_json`,
  );
  const setUnprepared = database.prepare('UPDATE session_scripts SET prepared = 0 WHERE session_id = ?');
  const removeRun = database.prepare('DELETE FROM script_runs WHERE session_id = ? AND name = ? AND id <> ?');
  const putRun = database.prepare(
    `INSERT INTO script_runs (id, session_id, kind, name, command, state, exit_code, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, exit_code = excluded.exit_code,
     ended_at = excluded.ended_at`,
  );
  const runs = database.prepare('SELECT * FROM script_runs WHERE session_id = ? ORDER BY started_at, id');
  const running = database.prepare("SELECT * FROM script_runs WHERE state = 'running'");
  const setOutput = database.prepare('UPDATE script_runs SET output = ? WHERE id = ?');
  const output = database.prepare('SELECT output FROM script_runs WHERE id = ?');
  const ports = database.prepare('SELECT name, port FROM session_ports WHERE session_id = ?');
  const portsTaken = database.prepare('SELECT port FROM session_ports');
  const setPort = database.prepare('INSERT INTO session_ports (session_id, name, port) VALUES (?, ?, ?)');
  const flag = (sessionId: string, column: string): boolean => {
    const found = row.get(sessionId);
    return found !== null && number(found, column) === 1;
  };
  return {
    isAllowed: (projectId, hash) => isAllowed.get(projectId, hash) !== null,
    allow: (projectId, hash, at) => allow.run(projectId, hash, at),
    grow(sessionId) {
      grow.run(sessionId);
      const found = get.get(sessionId);
      if (found === null) throw new Error(`the scripts of ${sessionId} were not written`);
      return stateOf(found);
    },
    list: () => list.all().map(stateOf),
    isPrepared: (sessionId) => flag(sessionId, 'prepared'),
    setPrepared: (sessionId, waits, lacking) =>
      setPrepared.run(sessionId, waits ? 1 : 0, JSON.stringify(lacking)),
    setUnprepared: (sessionId) => setUnprepared.run(sessionId),
    lacking(sessionId) {
      const found = row.get(sessionId);
      return found === null ? [] : json<Lacking[]>(found, 'lacking_json');
    },
    waits: (sessionId) => flag(sessionId, 'waits'),
    putRun(run) {
      removeRun.run(run.sessionId, run.name, run.id);
      const { id, sessionId, kind, name, command, state, exitCode, startedAt, endedAt } = run;
      putRun.run(id, sessionId, kind, name, command, state, exitCode, startedAt, endedAt);
    },
    runs: (sessionId) => runs.all(sessionId).map(runOf),
    running: () => running.all().map(runOf),
    setOutput: (runId, words) => setOutput.run(words, runId),
    output(runId) {
      const found = output.get(runId);
      return found === null ? '' : text(found, 'output');
    },
    ports: (sessionId) =>
      new Map(ports.all(sessionId).map((each) => [text(each, 'name'), number(each, 'port')])),
    portsTaken: () => new Set(portsTaken.all().map((each) => number(each, 'port'))),
    setPort: (sessionId, name, port) => setPort.run(sessionId, name, port),
  };
}
