-- What the name of an app looks like, so that no other app is called alike. Empty: not worked out yet, which each start
-- makes good.
ALTER TABLE clients ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';

CREATE INDEX clients_by_skeleton ON clients (skeleton, no);

-- What somebody did so often since a moment of which there is so much a day. The key is a digest of who and what.
CREATE TABLE daily_counts (
    key   BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE INDEX daily_counts_by_since ON daily_counts (since);
