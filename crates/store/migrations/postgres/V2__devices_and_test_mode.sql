-- What devices without a browser asked for (RFC 8628). The grant of the same id is their redemption.
CREATE TABLE device_codes (
    id          BIGINT PRIMARY KEY,
    digest      BYTEA NOT NULL,
    user_code   BYTEA NOT NULL UNIQUE,
    client      BIGINT NOT NULL,
    scope       TEXT NOT NULL,
    scope_named BOOLEAN NOT NULL,
    expires_at  BIGINT NOT NULL,
    wait        BIGINT NOT NULL,       -- seconds between two polls
    polled_at   BIGINT,
    answer      TEXT,                   -- 'allowed' or 'denied', once there is one
    answered_as BIGINT,                -- the locator made at that moment
    subject     BIGINT,
    auth_time   BIGINT
);

-- The app that a test user was made with; NULL for people.
ALTER TABLE people ADD COLUMN test_app BIGINT;
CREATE INDEX people_of_test_app ON people (test_app) WHERE test_app IS NOT NULL;
ALTER TABLE clients ADD COLUMN test BOOLEAN NOT NULL DEFAULT FALSE;
-- Fixed test credentials, which may send people to any address of their own computer.
ALTER TABLE clients ADD COLUMN documented BOOLEAN NOT NULL DEFAULT FALSE;
