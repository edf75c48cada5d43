-- Whether the user wants an agent session kept warm, and when it was last used.
ALTER TABLE agent_sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE agent_sessions ADD COLUMN last_used_at REAL;
