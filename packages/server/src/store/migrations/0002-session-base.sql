-- Version 2: what a session was asked to start from.

ALTER TABLE sessions ADD COLUMN base TEXT;
