-- Who may register apps where that takes an invitation: whoever has proved that the address is theirs.
CREATE TABLE invited_developers (
    email_key  TEXT PRIMARY KEY,
    email      TEXT NOT NULL,
    invited_by INTEGER, -- the administrator; NULL: a command did
    created_at INTEGER NOT NULL
) STRICT;

-- Which terms for developers a person has accepted.
CREATE TABLE accepted_terms (
    subject     INTEGER NOT NULL,
    url         TEXT NOT NULL,
    version     TEXT NOT NULL, -- the operator's name for it; '': it has none
    accepted_at INTEGER NOT NULL,
    PRIMARY KEY (subject, url, version)
) STRICT;

-- The picture of an organization.
ALTER TABLE organizations ADD COLUMN logo BLOB;
CREATE TABLE organization_logos (
    organization INTEGER PRIMARY KEY,
    media_type   TEXT NOT NULL,
    bytes        BLOB NOT NULL
) STRICT;
