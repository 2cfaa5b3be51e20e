-- The authenticator app of a person: its seed, sealed, and the step of the last code that was taken, so that each is taken
-- once.
CREATE TABLE authenticators (
    subject    INTEGER PRIMARY KEY,
    seed       BLOB NOT NULL,
    last_step  INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Digests of the recovery codes that go with a second factor, and when each was used.
CREATE TABLE recovery_codes (
    subject INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (subject, digest)
) STRICT, WITHOUT ROWID;

-- What a sign-in is told to be worth because the app asked for that; NULL: what it is.
ALTER TABLE authentications ADD COLUMN acr TEXT;
