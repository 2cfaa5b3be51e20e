-- What apps' requests were told, for their developers. Rows are written in batches once a minute, and hold no secret, no
-- code, no token and no address of a person.
CREATE TABLE refused_requests (
    id         BIGINT PRIMARY KEY,
    client     BIGINT NOT NULL,
    request_id TEXT NOT NULL,       -- as the answer named it
    endpoint   TEXT NOT NULL,
    status     BIGINT NOT NULL,
    error      TEXT NOT NULL,
    cause      TEXT NOT NULL,
    test       BOOLEAN NOT NULL,
    address    TEXT                 -- of the app's server
);

CREATE INDEX refused_requests_by_client ON refused_requests (client, id);
CREATE INDEX refused_requests_by_request ON refused_requests (request_id);

-- The last of those that went well: those of a minute in one row, a line each.
CREATE TABLE granted_requests (
    id      BIGINT PRIMARY KEY,
    client  BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    lines   TEXT NOT NULL
);

CREATE INDEX granted_requests_by_client ON granted_requests (client, id);

-- How many there were.
CREATE TABLE request_counts (
    client   BIGINT NOT NULL,
    hour     BIGINT NOT NULL,      -- since 1970
    endpoint TEXT NOT NULL,
    granted  BIGINT NOT NULL,
    refused  BIGINT NOT NULL,
    PRIMARY KEY (client, hour, endpoint)
);

CREATE INDEX request_counts_by_hour ON request_counts (hour);
