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

ALTER TABLE permissions ADD COLUMN url TEXT;
ALTER TABLE permissions ADD COLUMN subject_json TEXT CHECK (subject_json IS NULL OR json_valid(subject_json));
ALTER TABLE permissions ADD COLUMN always_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(always_json));
ALTER TABLE permissions ADD COLUMN deadline_at REAL;
ALTER TABLE permissions ADD COLUMN decision_json TEXT CHECK (decision_json IS NULL OR json_valid(decision_json));
