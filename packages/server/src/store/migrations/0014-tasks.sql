-- A task has a life of its own: it exists before its session and stays after it.
ALTER TABLE tasks RENAME TO old_tasks;
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  session_id TEXT,
  chat_id TEXT,
  turn_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('waiting', 'starting', 'running', 'needs_you', 'held', 'done', 'failed', 'cancelled', 'interrupted')
  ),
  comparison_id TEXT,
  schedule_id TEXT,
  created_at REAL NOT NULL,
  facts_json TEXT NOT NULL CHECK (json_valid(facts_json)),
  prompt_json TEXT NOT NULL CHECK (json_valid(prompt_json)),
  webhook_secret TEXT
) STRICT;
INSERT INTO tasks
  SELECT t.id, t.project_id, t.session_id, t.chat_id, t.turn_id,
    CASE u.state WHEN 'completed' THEN 'done' WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'cancelled'
      WHEN 'interrupted' THEN 'interrupted' ELSE iif(u.id IS NULL, 'cancelled', 'running') END,
    NULL, NULL, t.created_at,
    json_object('title', t.title, 'text', '', 'agent', t.agent, 'model', u.model, 'base', NULL,
      'inPlace', json(iif(s.in_place = 1, 'true', 'false')), 'mode', NULL, 'priority', 'normal', 'timeLimitMs', NULL,
      'budget', NULL, 'retries', 0, 'failedStarts', 0, 'retryAt', NULL, 'origin', json('{"type":"user"}'),
      'startedAt', u.started_at, 'endedAt', u.ended_at, 'error', json(u.error_json), 'result', NULL, 'webhook', NULL),
    '[]', NULL
  FROM old_tasks t LEFT JOIN turns u ON u.id = t.turn_id LEFT JOIN sessions s ON s.id = t.session_id;
DROP TABLE old_tasks;
CREATE INDEX tasks_by_project ON tasks (project_id);
CREATE INDEX tasks_by_turn ON tasks (turn_id);
CREATE INDEX tasks_by_schedule ON tasks (schedule_id, created_at) WHERE schedule_id IS NOT NULL;
CREATE INDEX tasks_open ON tasks (created_at) WHERE state IN ('waiting', 'starting', 'running', 'needs_you', 'held');

CREATE TABLE comparisons (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  base_commit TEXT,
  task_ids_json TEXT NOT NULL CHECK (json_valid(task_ids_json)),
  kept_task_id TEXT,
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX comparisons_by_project ON comparisons (project_id);

CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  cron TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'start')),
  missed TEXT NOT NULL CHECK (missed IN ('skip', 'run_once')),
  template_json TEXT NOT NULL CHECK (json_valid(template_json)),
  next_at REAL,
  last_json TEXT CHECK (last_json IS NULL OR json_valid(last_json)),
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX schedules_by_project ON schedules (project_id);

-- secret_hash: the SHA-256 of the secret, in hex.
CREATE TABLE triggers (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  template_json TEXT NOT NULL CHECK (json_valid(template_json)),
  secret_hash TEXT NOT NULL,
  last_used_at REAL,
  last_task_id TEXT,
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX triggers_by_project ON triggers (project_id);
