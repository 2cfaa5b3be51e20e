-- What an app tells beside its name; empty: nothing.
ALTER TABLE clients ADD COLUMN privacy_policy TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN support TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN contact TEXT NOT NULL DEFAULT '';

-- The apps of a person, in the order of their numbers.
CREATE INDEX clients_by_owner ON clients (owner, no);

-- Several secrets of an app are told apart by ids. Those that were there are counted; what an earlier release writes
-- has none.
ALTER TABLE client_secrets ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client_secrets ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE client_secrets ADD COLUMN expires_at INTEGER;

UPDATE client_secrets SET id = counted.id FROM
    (SELECT client, digest, ROW_NUMBER() OVER (ORDER BY client, created_at, digest) AS id FROM client_secrets) AS counted
    WHERE counted.client = client_secrets.client AND counted.digest = client_secrets.digest;

CREATE INDEX client_secrets_by_id ON client_secrets (id);

-- When an app and its secrets were used last, within a minute or two, and from which network.
ALTER TABLE clients ADD COLUMN last_used_at INTEGER;
ALTER TABLE client_secrets ADD COLUMN last_used_at INTEGER;
ALTER TABLE client_secrets ADD COLUMN last_used_from TEXT;
