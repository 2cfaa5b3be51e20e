-- What people run apps together in. Each change raises the version.
CREATE TABLE organizations (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    once       BLOB NOT NULL UNIQUE -- digest of the form that founded it, which may come twice
) STRICT;

CREATE TABLE members (
    organization INTEGER NOT NULL,
    subject      INTEGER NOT NULL,
    role         TEXT NOT NULL,
    since        INTEGER NOT NULL,
    PRIMARY KEY (organization, subject)
) STRICT;

CREATE INDEX members_by_subject ON members (subject, organization);

CREATE TABLE invitations (
    id           INTEGER PRIMARY KEY,
    organization INTEGER NOT NULL,
    email        TEXT NOT NULL,
    email_key    TEXT NOT NULL,
    role         TEXT NOT NULL,
    invited_by   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    UNIQUE (organization, email_key)
) STRICT;

CREATE INDEX invitations_by_address ON invitations (email_key, id);

-- The organization that runs an app, if no person does.
ALTER TABLE clients ADD COLUMN organization INTEGER;
CREATE INDEX clients_by_organization ON clients (organization, no);

-- An app that is offered to somebody: an address, or an organization. One offer at a time.
CREATE TABLE transfers (
    client       INTEGER PRIMARY KEY,
    id           INTEGER NOT NULL,
    email        TEXT,
    email_key    TEXT,
    organization INTEGER,
    offered_by   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX transfers_by_id ON transfers (id);
CREATE INDEX transfers_by_address ON transfers (email_key);
CREATE INDEX transfers_by_organization ON transfers (organization);

-- The organization that an event is about.
ALTER TABLE events ADD COLUMN organization INTEGER;
