-- What developers play a test side through with: one run of a session, which ends in an hour. By the digest of its state the
-- answer of an authorization request finds it; the run itself is sealed.
CREATE TABLE playground_runs (
    id         BIGINT PRIMARY KEY,
    session    BIGINT NOT NULL UNIQUE,
    subject    BIGINT NOT NULL,
    live       BIGINT NOT NULL,
    test       BIGINT NOT NULL,
    state      BYTEA NOT NULL,
    sealed     BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX playground_runs_subject ON playground_runs (subject);
CREATE INDEX playground_runs_state ON playground_runs (state);
