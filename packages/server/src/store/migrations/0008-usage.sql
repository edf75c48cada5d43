-- What ended turns have used. No foreign keys: what was spent stays spent when its chat is removed.
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

-- Why what waits in a chat does not start.
ALTER TABLE chats ADD COLUMN hold_json TEXT CHECK (hold_json IS NULL OR json_valid(hold_json));
CREATE INDEX chats_held ON chats (id) WHERE hold_json IS NOT NULL;
