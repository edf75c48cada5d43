-- The agent of this turn was not told what it had not seen, because its prompt was a command.
ALTER TABLE turns ADD COLUMN recap_owed INTEGER NOT NULL DEFAULT 0 CHECK (recap_owed IN (0, 1));
