-- What developers play a test side through with: one run of a session, which ends in an hour. By the digest of its state the
-- answer of an authorization request finds it; the run itself is sealed.
CREATE TABLE playground_runs (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL UNIQUE,
    subject    INTEGER NOT NULL,
    live       INTEGER NOT NULL,
    test       INTEGER NOT NULL,
    state      BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX playground_runs_subject ON playground_runs (subject);
CREATE INDEX playground_runs_state ON playground_runs (state);
