-- What a person allowed an app is their connection: it can be paused, and come to an end that a new consent does not undo.
ALTER TABLE consents ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
-- What else the app was allowed, as a device or before its people are asked again. It is not remembered.
ALTER TABLE consents ADD COLUMN earlier_scope TEXT NOT NULL DEFAULT '';
-- While it is paused or over, granted_at is 0, and this is what it was.
ALTER TABLE consents ADD COLUMN kept_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consents ADD COLUMN paused_at INTEGER;
-- The end, which tells when it was; grants below not_before are over.
ALTER TABLE consents ADD COLUMN ended_as INTEGER;
ALTER TABLE consents ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
-- What grants below narrowed_before are narrowed to.
ALTER TABLE consents ADD COLUMN narrowed_to TEXT NOT NULL DEFAULT '';
ALTER TABLE consents ADD COLUMN narrowed_before INTEGER NOT NULL DEFAULT 0;

UPDATE consents SET since = granted_at;

-- Those of whom nothing is remembered, and whose tokens may live all the same.
INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since, earlier_scope)
    SELECT g.subject, g.client, '', '', 0, MIN(g.started_at), MAX(g.scope)
    FROM grants g JOIN people p ON p.subject = g.subject JOIN clients c ON c.no = g.client
    WHERE g.revoked_at IS NULL AND c.deleted_at IS NULL GROUP BY g.subject, g.client
    ON CONFLICT DO NOTHING;

CREATE INDEX consents_of_person ON consents (subject, since, client);
-- What servers keep in memory.
CREATE INDEX consents_taken_back ON consents (not_before) WHERE not_before > 0 OR narrowed_before > 0 OR paused_at IS NOT NULL;

-- The app that the link in a mail removes.
ALTER TABLE mail_links ADD COLUMN client INTEGER;
