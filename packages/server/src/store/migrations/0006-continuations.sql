-- The interrupted turn that a turn goes on with by itself.
ALTER TABLE turns ADD COLUMN continues TEXT;
