-- Passkeys of people: what authenticators know each by, the public key with what else must be known of it, and the last number
-- of its counter.
CREATE TABLE passkeys (
    id         BIGINT PRIMARY KEY,
    subject    BIGINT NOT NULL,
    credential BYTEA NOT NULL,
    handle     BYTEA NOT NULL,
    state      TEXT NOT NULL,
    count      BIGINT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE UNIQUE INDEX passkeys_by_credential ON passkeys (credential);

CREATE INDEX passkeys_by_subject ON passkeys (subject);

-- Ceremonies that were answered: each is answered once.
CREATE TABLE used_ceremonies (
    id BIGINT PRIMARY KEY
);
