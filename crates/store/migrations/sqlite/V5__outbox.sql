-- What is addressed to one recipient and not delivered yet. A row is written with the change that it tells of, and goes
-- when it is delivered; payloads hold no secret and no link.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    destination TEXT NOT NULL,      -- messages to the same one are delivered in the order of their ids
    payload     TEXT NOT NULL,      -- JSON
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    last_error  TEXT,
    dead_at     INTEGER             -- not tried any more
) STRICT;

-- The first of each destination.
CREATE INDEX outbox_by_destination ON outbox (destination, id) WHERE dead_at IS NULL;
