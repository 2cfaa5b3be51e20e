-- What is addressed to one recipient and not delivered yet. A row is written with the change that it tells of, and goes
-- when it is delivered; payloads hold no secret and no link.
CREATE TABLE outbox (
    id          BIGINT PRIMARY KEY,
    kind        TEXT NOT NULL,
    destination TEXT NOT NULL,      -- messages to the same one are delivered in the order of their ids
    payload     TEXT NOT NULL,      -- JSON
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    last_error  TEXT,
    dead_at     BIGINT              -- not tried any more
);

-- The first of each destination.
CREATE INDEX outbox_by_destination ON outbox (destination, id) WHERE dead_at IS NULL;
