-- Apps that sign assertions in place of showing a secret: their public keys as JSON, or the URL where those are, and the
-- algorithms that they may sign with, separated by spaces; none named: any. Both NULL: the app has secrets, or is public.
ALTER TABLE clients ADD COLUMN jwks TEXT;
ALTER TABLE clients ADD COLUMN jwks_uri TEXT;
ALTER TABLE clients ADD COLUMN assertion_algorithms TEXT NOT NULL DEFAULT '';
-- From when on they prove nothing, after another owner took the app over.
ALTER TABLE clients ADD COLUMN keys_end_at BIGINT;

-- Assertions that were used, until they work no more by themselves. The key is a digest of the app and the name of the
-- assertion, the receipt tells a second try of one use from another use.
CREATE TABLE used_assertions (
    key        BYTEA PRIMARY KEY,
    receipt    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_assertions_by_end ON used_assertions (expires_at);
