-- When a session was last used, coarsely, and when it ends however much it is used. Zero: written by an earlier release, and
-- ends when it says.
ALTER TABLE sessions ADD COLUMN active_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;

-- When an account was deleted. The row stays, so that its number is never used again; what it told of its person is erased.
ALTER TABLE people ADD COLUMN deleted_at INTEGER;
