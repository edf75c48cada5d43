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
