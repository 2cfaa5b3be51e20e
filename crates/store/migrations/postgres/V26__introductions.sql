-- How an app introduced itself, as JSON; empty: somebody registered it.
ALTER TABLE clients ADD COLUMN introduction TEXT NOT NULL DEFAULT '';

-- What is kept of such an app beside it: digests of what it said and of its software, of the token that manages it (NULL:
-- nobody does), and when it introduced itself last. Whoever says the same is the same app where it is shared.
CREATE TABLE introductions (
    client   BIGINT PRIMARY KEY,
    digest   BYTEA NOT NULL,
    software BYTEA NOT NULL,
    shared   BOOLEAN NOT NULL,
    token    BYTEA,
    seen_at  BIGINT NOT NULL
);

CREATE INDEX introductions_by_digest ON introductions (digest);
CREATE INDEX introductions_by_software ON introductions (software);
CREATE INDEX introductions_by_age ON introductions (seen_at);

-- Grants that began with an assertion of an app that may leave it out, and go on with one.
CREATE TABLE pinned_grants (
    id         BIGINT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
