-- Who may register apps where that takes an invitation: whoever has proved that the address is theirs.
CREATE TABLE invited_developers (
    email_key  TEXT PRIMARY KEY,
    email      TEXT NOT NULL,
    invited_by BIGINT, -- the administrator; NULL: a command did
    created_at BIGINT NOT NULL
);

-- Which terms for developers a person has accepted.
CREATE TABLE accepted_terms (
    subject     BIGINT NOT NULL,
    url         TEXT NOT NULL,
    version     TEXT NOT NULL, -- the operator's name for it; '': it has none
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (subject, url, version)
);

-- The picture of an organization.
ALTER TABLE organizations ADD COLUMN logo BYTEA;
CREATE TABLE organization_logos (
    organization BIGINT PRIMARY KEY,
    media_type   TEXT NOT NULL,
    bytes        BYTEA NOT NULL
);
