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
