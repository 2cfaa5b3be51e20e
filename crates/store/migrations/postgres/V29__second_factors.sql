-- The authenticator app of a person: its seed, sealed, and the step of the last code that was taken, so that each is taken
-- once.
CREATE TABLE authenticators (
    subject    BIGINT PRIMARY KEY,
    seed       BYTEA NOT NULL,
    last_step  BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Digests of the recovery codes that go with a second factor, and when each was used.
CREATE TABLE recovery_codes (
    subject BIGINT NOT NULL,
    digest  BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (subject, digest)
);

-- What a sign-in is told to be worth because the app asked for that; NULL: what it is.
ALTER TABLE authentications ADD COLUMN acr TEXT;
