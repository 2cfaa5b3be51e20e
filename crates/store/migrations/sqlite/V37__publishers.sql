-- What the name of an organization looks like; '': not known yet.
ALTER TABLE organizations ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
CREATE INDEX organizations_by_skeleton ON organizations (skeleton);

-- Domains that organizations prove to be theirs, by a file on them. One that is proved is of one organization alone.
CREATE TABLE domains (
    organization  INTEGER NOT NULL,
    name          TEXT NOT NULL, -- in its ASCII form
    token         TEXT NOT NULL, -- what the file holds
    created_at    INTEGER NOT NULL,
    proved_at     INTEGER, -- since when it has been proved, if it is
    looked_at     INTEGER, -- when the file was looked for last
    failing_since INTEGER, -- since when the file of a proved one has not been found
    found         TEXT NOT NULL, -- what was found in its place; '': nothing is wrong
    PRIMARY KEY (organization, name)
) STRICT;

CREATE UNIQUE INDEX domains_by_name ON domains (name) WHERE proved_at IS NOT NULL;
CREATE INDEX domains_by_look ON domains (looked_at) WHERE proved_at IS NOT NULL;

-- When an app was handed over last.
ALTER TABLE clients ADD COLUMN transferred_at INTEGER;
