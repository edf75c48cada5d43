-- What the user has not seen, and since when a turn runs. A turn that runs now is interrupted by the start that follows.
ALTER TABLE chats ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0 CHECK (unseen IN (0, 1));
ALTER TABLE chats ADD COLUMN running_since REAL;
