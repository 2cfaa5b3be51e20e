-- Passkeys of people: what authenticators know each by, the public key with what else must be known of it, and the last number
-- of its counter.
CREATE TABLE passkeys (
    id         INTEGER PRIMARY KEY,
    subject    INTEGER NOT NULL,
    credential BLOB NOT NULL,
    handle     BLOB NOT NULL,
    state      TEXT NOT NULL,
    count      INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE UNIQUE INDEX passkeys_by_credential ON passkeys (credential);

CREATE INDEX passkeys_by_subject ON passkeys (subject);

-- Ceremonies that were answered: each is answered once.
CREATE TABLE used_ceremonies (
    id INTEGER PRIMARY KEY
) STRICT;
