-- What devices without a browser asked for (RFC 8628). The grant of the same id is their redemption.
CREATE TABLE device_codes (
    id          INTEGER PRIMARY KEY,
    digest      BLOB NOT NULL,
    user_code   BLOB NOT NULL UNIQUE,
    client      INTEGER NOT NULL,
    scope       TEXT NOT NULL,
    scope_named INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    wait        INTEGER NOT NULL,       -- seconds between two polls
    polled_at   INTEGER,
    answer      TEXT,                   -- 'allowed' or 'denied', once there is one
    answered_as INTEGER,                -- the locator made at that moment
    subject     INTEGER,
    auth_time   INTEGER
) STRICT;

-- The app that a test user was made with; NULL for people.
ALTER TABLE people ADD COLUMN test_app INTEGER;
CREATE INDEX people_of_test_app ON people (test_app) WHERE test_app IS NOT NULL;
ALTER TABLE clients ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
-- Fixed test credentials, which may send people to any address of their own computer.
ALTER TABLE clients ADD COLUMN documented INTEGER NOT NULL DEFAULT 0;
