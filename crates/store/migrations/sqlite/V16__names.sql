-- What the name of an app looks like, so that no other app is called alike. Empty: not worked out yet, which each start
-- makes good.
ALTER TABLE clients ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';

CREATE INDEX clients_by_skeleton ON clients (skeleton, no);
