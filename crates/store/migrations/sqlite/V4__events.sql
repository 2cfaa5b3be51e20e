-- The audit trail becomes the events, each with who did it and from where. Old nodes go on writing to the view.
ALTER TABLE audit RENAME TO events;
ALTER TABLE events ADD COLUMN actor TEXT;       -- NULL: written before that was noted
ALTER TABLE events ADD COLUMN actor_id INTEGER;
ALTER TABLE events ADD COLUMN address TEXT;     -- erased after a while
CREATE VIEW audit AS SELECT id, at, event, client, subject, grant_id FROM events;

-- How far a job has come that goes through a table once.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    id   INTEGER NOT NULL
) STRICT;

-- Of a revoked grant: no token of it has an id above this. NULL: written by an earlier release, and kept until its end.
ALTER TABLE changes ADD COLUMN above INTEGER;

-- Raised by each change of an app.
ALTER TABLE clients ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- The code that answered a request, so that the same answer given twice leads to the same place.
ALTER TABLE interactions ADD COLUMN code INTEGER;
