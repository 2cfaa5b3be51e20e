-- The organization that access is given for; NULL: the person's own account.
ALTER TABLE codes ADD COLUMN organization INTEGER;
ALTER TABLE grants ADD COLUMN organization INTEGER;
ALTER TABLE access_tokens ADD COLUMN organization INTEGER;
ALTER TABLE device_codes ADD COLUMN organization INTEGER;
ALTER TABLE mail_links ADD COLUMN organization INTEGER;
-- Of a connection's line.
ALTER TABLE changes ADD COLUMN organization INTEGER;

-- One connection for each person, app and workspace: an organization, or 0 for the person's own account. All else is as
-- it was. Earlier binaries know one connection for each person and app.
CREATE TABLE connections (
    subject         INTEGER NOT NULL,
    client          INTEGER NOT NULL,
    organization    INTEGER NOT NULL DEFAULT 0,
    scope           TEXT NOT NULL,
    redirect_uris   TEXT NOT NULL,
    granted_at      INTEGER NOT NULL,
    since           INTEGER NOT NULL DEFAULT 0,
    earlier_scope   TEXT NOT NULL DEFAULT '',
    skipped         TEXT NOT NULL DEFAULT '',
    kept_at         INTEGER NOT NULL DEFAULT 0,
    paused_at       INTEGER,
    ended_as        INTEGER,
    not_before      INTEGER NOT NULL DEFAULT 0,
    narrowed_to     TEXT NOT NULL DEFAULT '',
    narrowed_before INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, client, organization)
) STRICT, WITHOUT ROWID;

INSERT INTO connections (subject, client, scope, redirect_uris, granted_at, since, earlier_scope, skipped, kept_at, paused_at,
        ended_as, not_before, narrowed_to, narrowed_before)
    SELECT subject, client, scope, redirect_uris, granted_at, since, earlier_scope, skipped, kept_at, paused_at, ended_as,
        not_before, narrowed_to, narrowed_before FROM consents;

DROP TABLE consents;
ALTER TABLE connections RENAME TO consents;

CREATE INDEX consents_by_client ON consents (client, subject);
CREATE INDEX consents_of_person ON consents (subject, since, client, organization);
CREATE INDEX consents_taken_back ON consents (not_before) WHERE not_before > 0 OR narrowed_before > 0 OR paused_at IS NOT NULL;
CREATE INDEX consents_by_organization ON consents (organization, client) WHERE organization > 0;

-- What is over of all that was given for an organization: grants below not_before, of a person who left it (subject), or
-- by an app that was ended for all (client). 0 stands for every one.
CREATE TABLE workspace_ends (
    organization INTEGER NOT NULL,
    subject      INTEGER NOT NULL,
    client       INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    ended_as     INTEGER, -- an end of an app that can be taken back
    PRIMARY KEY (organization, subject, client)
) STRICT;

-- What the owners of an organization think of an app: 'trusted', 'limited' or 'blocked'; and of those that are not here.
CREATE TABLE workspace_apps (
    organization INTEGER NOT NULL,
    client       INTEGER NOT NULL,
    standing     TEXT NOT NULL,
    PRIMARY KEY (organization, client)
) STRICT;

ALTER TABLE organizations ADD COLUMN new_apps TEXT NOT NULL DEFAULT 'trusted';
