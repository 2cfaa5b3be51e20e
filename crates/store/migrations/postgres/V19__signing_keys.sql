-- The keys that sign. A key is published from the moment at which it is here; its private part is sealed.
CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    number     BIGINT NOT NULL,    -- among the keys of its algorithm, from 1
    state      TEXT NOT NULL,       -- published, signing or retired
    public_key TEXT NOT NULL,       -- as JSON
    sealed     BYTEA NOT NULL,       -- the private part
    made_at    BIGINT NOT NULL,
    signs_at   BIGINT NOT NULL,    -- from when on it signs, or is to sign
    ends_at    BIGINT,             -- when a retired one is removed
    UNIQUE (algorithm, number)
);

CREATE UNIQUE INDEX signing_keys_that_wait ON signing_keys (algorithm) WHERE state = 'published';
CREATE UNIQUE INDEX signing_keys_that_sign ON signing_keys (algorithm) WHERE state = 'signing';
