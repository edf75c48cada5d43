-- How much of the output of which agent process is written down, so that a later server hears nothing twice.
ALTER TABLE agent_sessions ADD COLUMN heard_process TEXT;
ALTER TABLE agent_sessions ADD COLUMN heard_offset REAL;
