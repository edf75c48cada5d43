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

-- Worktrees from before are as their users want them.
INSERT INTO session_scripts (session_id, prepared) SELECT session_id, 1 FROM worktrees;
