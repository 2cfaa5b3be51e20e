-- What people run apps together in. Each change raises the version.
CREATE TABLE organizations (
    id         BIGINT PRIMARY KEY,
    version    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    once       BYTEA NOT NULL UNIQUE -- digest of the form that founded it, which may come twice
);

CREATE TABLE members (
    organization BIGINT NOT NULL,
    subject      BIGINT NOT NULL,
    role         TEXT NOT NULL,
    since        BIGINT NOT NULL,
    PRIMARY KEY (organization, subject)
);

CREATE INDEX members_by_subject ON members (subject, organization);

CREATE TABLE invitations (
    id           BIGINT PRIMARY KEY,
    organization BIGINT NOT NULL,
    email        TEXT NOT NULL,
    email_key    TEXT NOT NULL,
    role         TEXT NOT NULL,
    invited_by   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    UNIQUE (organization, email_key)
);

CREATE INDEX invitations_by_address ON invitations (email_key, id);

-- The organization that runs an app, if no person does.
ALTER TABLE clients ADD COLUMN organization BIGINT;
CREATE INDEX clients_by_organization ON clients (organization, no);

-- An app that is offered to somebody: an address, or an organization. One offer at a time.
CREATE TABLE transfers (
    client       BIGINT PRIMARY KEY,
    id           BIGINT NOT NULL,
    email        TEXT,
    email_key    TEXT,
    organization BIGINT,
    offered_by   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE INDEX transfers_by_id ON transfers (id);
CREATE INDEX transfers_by_address ON transfers (email_key);
CREATE INDEX transfers_by_organization ON transfers (organization);

-- The organization that an event is about.
ALTER TABLE events ADD COLUMN organization BIGINT;
