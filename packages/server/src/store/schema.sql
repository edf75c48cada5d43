-- What a new database is made of. Every change goes into a migration as well: both must give the same schema.
-- Times are epoch milliseconds. Columns that end in _json hold JSON.

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('git', 'folder')),
  created_at REAL NOT NULL
) STRICT;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  in_place INTEGER NOT NULL CHECK (in_place IN (0, 1)),
  diff_json TEXT CHECK (diff_json IS NULL OR json_valid(diff_json)),
  created_at REAL NOT NULL,
  archived_at REAL,
  base TEXT
) STRICT;
CREATE INDEX sessions_by_project ON sessions (project_id);

-- One worktree a session, shared by all its chats.
CREATE TABLE worktrees (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  branch TEXT NOT NULL,
  base_commit TEXT NOT NULL
) STRICT;

-- hold_json: why what waits in the chat does not start.
CREATE TABLE chats (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  agent TEXT NOT NULL,
  activity TEXT NOT NULL CHECK (activity IN ('idle', 'queued', 'running', 'needs_you')),
  last_turn_state TEXT CHECK (
    last_turn_state IN ('queued', 'starting', 'running', 'completed', 'failed', 'cancelled', 'interrupted')
  ),
  last_line TEXT NOT NULL,
  -- agent → what the user chose for it here
  choices_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(choices_json)),
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL,
  unseen INTEGER NOT NULL DEFAULT 0 CHECK (unseen IN (0, 1)),
  running_since REAL,
  hold_json TEXT CHECK (hold_json IS NULL OR json_valid(hold_json))
) STRICT;
CREATE INDEX chats_by_session ON chats (session_id);
CREATE INDEX chats_held ON chats (id) WHERE hold_json IS NOT NULL;

CREATE TABLE turns (
  id TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  agent TEXT NOT NULL,
  model TEXT,
  state TEXT NOT NULL CHECK (
    state IN ('queued', 'starting', 'running', 'completed', 'failed', 'cancelled', 'interrupted')
  ),
  position REAL NOT NULL,
  message_id TEXT NOT NULL,
  prompt_json TEXT CHECK (prompt_json IS NULL OR json_valid(prompt_json)),
  dispatch TEXT CHECK (dispatch IN ('warm', 'cold')),
  continuity TEXT CHECK (continuity IN ('live', 'reattached', 'resumed', 'loaded', 'recap', 'fresh')),
  created_at REAL NOT NULL,
  started_at REAL,
  ended_at REAL,
  error_json TEXT CHECK (error_json IS NULL OR json_valid(error_json)),
  diff_json TEXT CHECK (diff_json IS NULL OR json_valid(diff_json)),
  usage_json TEXT CHECK (usage_json IS NULL OR json_valid(usage_json)),
  continues TEXT,
  recap_owed INTEGER NOT NULL DEFAULT 0 CHECK (recap_owed IN (0, 1))
) STRICT;
CREATE INDEX turns_by_chat ON turns (chat_id, created_at);
-- Only turns that are not over are looked up by state, and those are few.
CREATE INDEX turns_open ON turns (chat_id, state, position) WHERE state IN ('queued', 'starting', 'running');

-- Folded transcript. Paging goes by ordinal, which is dense in a chat: 1, 2, 3, …
CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL CHECK (ordinal > 0),
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  turn_id TEXT,
  agent TEXT NOT NULL,
  created_at REAL NOT NULL,
  parts_json TEXT NOT NULL,
  UNIQUE (chat_id, ordinal)
) STRICT;

-- The backend's conversation for one (chat, agent) pair. worktree_id is information, not part of the key. heard_offset: how
-- many bytes of the output of that process are written down.
CREATE TABLE agent_sessions (
  chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  agent TEXT NOT NULL,
  backend TEXT NOT NULL CHECK (backend IN ('opencode_server', 'acp_warm')),
  agent_session_id TEXT,
  server_port INTEGER,
  worktree_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('cold', 'starting', 'ready', 'busy', 'closing')),
  why TEXT NOT NULL,
  continuity TEXT CHECK (continuity IN ('live', 'reattached', 'resumed', 'loaded', 'recap', 'fresh')),
  updated_at REAL NOT NULL,
  heard_process TEXT,
  heard_offset REAL,
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  last_used_at REAL,
  UNIQUE (chat_id, agent)
) STRICT;

-- The journal: frames not folded yet, each as the JSON that clients receive. WITHOUT ROWID: for frames of some hundred
-- bytes a third faster and a tenth smaller than a table with a rowid and an index.
CREATE TABLE frames (
  topic TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  json TEXT NOT NULL,
  PRIMARY KEY (topic, seq)
) STRICT, WITHOUT ROWID;

-- What is left of a topic's folded frames: how far they went, and the facts of a chat that are no message.
CREATE TABLE topics (
  topic TEXT PRIMARY KEY,
  folded_seq INTEGER NOT NULL CHECK (folded_seq >= 0),
  state_json TEXT CHECK (state_json IS NULL OR json_valid(state_json))
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (
  id TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('permission', 'question')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'answered', 'cancelled')),
  title TEXT NOT NULL,
  tool_call_json TEXT CHECK (tool_call_json IS NULL OR json_valid(tool_call_json)),
  options_json TEXT NOT NULL CHECK (json_valid(options_json)),
  fields_json TEXT NOT NULL CHECK (json_valid(fields_json)),
  answer_json TEXT CHECK (answer_json IS NULL OR json_valid(answer_json)),
  answered_by TEXT,
  created_at REAL NOT NULL,
  answered_at REAL,
  url TEXT,
  subject_json TEXT CHECK (subject_json IS NULL OR json_valid(subject_json)),
  always_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(always_json)),
  deadline_at REAL,
  decision_json TEXT CHECK (decision_json IS NULL OR json_valid(decision_json))
) STRICT;
CREATE INDEX permissions_by_chat ON permissions (chat_id);
CREATE INDEX permissions_by_turn ON permissions (turn_id);
CREATE INDEX permissions_pending ON permissions (chat_id) WHERE state = 'pending';

-- What is answered without asking, of one project or one session.
CREATE TABLE policies (
  project_id TEXT UNIQUE REFERENCES projects (id) ON DELETE CASCADE,
  session_id TEXT UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
  mode TEXT CHECK (mode IN ('ask', 'accept_edits', 'allow_in_worktree', 'allow_all')),
  answer_within REAL,
  rules_json TEXT NOT NULL CHECK (json_valid(rules_json)),
  revision INTEGER NOT NULL CHECK (revision > 0),
  updated_at REAL NOT NULL,
  CHECK ((project_id IS NULL) <> (session_id IS NULL))
) STRICT;

-- A prompt for a project. It exists before its session and stays after it, so session, chat and turn are information. prompt_json:
-- the whole prompt, as parts. webhook_secret is never shown.
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

-- Content-addressed: the id is the SHA-256 of the bytes, in hex.
CREATE TABLE blobs (
  id TEXT PRIMARY KEY,
  mime_type TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value_json TEXT NOT NULL CHECK (json_valid(value_json))
) STRICT, WITHOUT ROWID;

-- MCP servers that agents are given. Secrets are named here and kept elsewhere.
CREATE TABLE mcp_servers (
  id TEXT PRIMARY KEY,
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  transport_json TEXT NOT NULL CHECK (json_valid(transport_json)),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX mcp_servers_by_name ON mcp_servers (coalesce(project_id, ''), name);
CREATE INDEX mcp_servers_by_project ON mcp_servers (project_id);

-- Topics are named by text, so no foreign key can clear them. Fires for cascaded deletes too.
CREATE TRIGGER chats_clear_topic AFTER DELETE ON chats BEGIN
  DELETE FROM frames WHERE topic = 'chat:' || OLD.id;
  DELETE FROM topics WHERE topic = 'chat:' || OLD.id;
END;

-- What ended turns have used. No foreign keys: what was spent stays spent when its chat is removed. day: of the server's time
-- zone. tokens and cost are null where the agent did not say; said_cost: the figure it said at the end of the turn, whatever
-- that counts from.
CREATE TABLE turn_usage (
  turn_id TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  model TEXT NOT NULL,
  day TEXT NOT NULL,
  at REAL NOT NULL,
  input_tokens REAL,
  output_tokens REAL,
  reasoning_tokens REAL,
  cache_read_tokens REAL,
  cache_write_tokens REAL,
  cost REAL,
  currency TEXT,
  said_cost REAL,
  context_used REAL,
  context_size REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_usage_by_chat ON turn_usage (chat_id, at);
CREATE INDEX turn_usage_by_session ON turn_usage (session_id);
CREATE INDEX turn_usage_by_day ON turn_usage (day);

-- The most that may be used. subject: 'day', or the id of a chat or session.
CREATE TABLE budgets (
  subject TEXT PRIMARY KEY,
  tokens REAL,
  cost REAL,
  currency TEXT
) STRICT, WITHOUT ROWID;
CREATE TRIGGER chats_clear_budget AFTER DELETE ON chats BEGIN
  DELETE FROM budgets WHERE subject = OLD.id;
END;
CREATE TRIGGER sessions_clear_budget AFTER DELETE ON sessions BEGIN
  DELETE FROM budgets WHERE subject = OLD.id;
END;

-- The state of a worktree at one moment, as a commit under refs/pilotlight/checkpoints/<session>/<id>.
CREATE TABLE checkpoints (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('before_turn', 'after_turn', 'before_change', 'kept')),
  commit_id TEXT NOT NULL,
  left_out_json TEXT NOT NULL CHECK (json_valid(left_out_json)),
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX checkpoints_by_session ON checkpoints (session_id, created_at);
CREATE INDEX checkpoints_by_turn ON checkpoints (turn_id) WHERE turn_id IS NOT NULL;

-- Sessions that were removed and can be brought back. While one is `removing` it is still there. kept_json: what its worktree
-- is made from again; null when it had none.
CREATE TABLE removed_sessions (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('removing', 'removed', 'restoring')),
  removed_at REAL NOT NULL,
  kept_json TEXT CHECK (kept_json IS NULL OR json_valid(kept_json))
) STRICT;

-- What people said and did about the changes of a session. revision: grows with each of it.
CREATE TABLE reviews (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL CHECK (revision > 0)
) STRICT, WITHOUT ROWID;

-- Files that were viewed. object: the content that was; null: the file was not there.
CREATE TABLE review_marks (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  object TEXT,
  PRIMARY KEY (session_id, path)
) STRICT, WITHOUT ROWID;

-- Comments on lines; a draft until sent_turn_id names the turn that took it.
CREATE TABLE review_comments (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('old', 'new')),
  start_line INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  sent_turn_id TEXT,
  sent_at REAL,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL
) STRICT;
CREATE INDEX review_comments_by_session ON review_comments (session_id);

-- What was done with changes. undo_json: the refs before and after; null: it cannot be taken back.
CREATE TABLE review_actions (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'conflicted', 'failed', 'undone')),
  summary TEXT NOT NULL,
  url TEXT,
  conflicts_json TEXT NOT NULL CHECK (json_valid(conflicts_json)),
  undo_json TEXT CHECK (undo_json IS NULL OR json_valid(undo_json)),
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX review_actions_by_session ON review_actions (session_id, created_at);

-- Contents of .pilotlight.json that somebody allowed to run in a project.
CREATE TABLE allowed_scripts (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  allowed_at REAL NOT NULL,
  PRIMARY KEY (project_id, hash)
) STRICT, WITHOUT ROWID;

-- prepared: the worktree was made ready once. waits: its setup waits until somebody allows it. revision 0: nothing to show.
CREATE TABLE session_scripts (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL DEFAULT 0,
  prepared INTEGER NOT NULL DEFAULT 0 CHECK (prepared IN (0, 1)),
  waits INTEGER NOT NULL DEFAULT 0 CHECK (waits IN (0, 1)),
  lacking_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(lacking_json))
) STRICT, WITHOUT ROWID;

-- The last run of each script of a session; output: the end of what it wrote.
CREATE TABLE script_runs (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('setup', 'teardown', 'run')),
  name TEXT NOT NULL,
  command TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'stopped', 'interrupted')),
  exit_code INTEGER,
  started_at REAL NOT NULL,
  ended_at REAL,
  output TEXT NOT NULL DEFAULT '',
  UNIQUE (session_id, name)
) STRICT;

-- Ports a session has of its own.
CREATE TABLE session_ports (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  port INTEGER NOT NULL UNIQUE,
  PRIMARY KEY (session_id, name)
) STRICT, WITHOUT ROWID;
