-- What the company calls an organization of its own, that came with a hand-off: then it says who belongs to it.
ALTER TABLE organizations ADD COLUMN external_id TEXT;

CREATE UNIQUE INDEX organizations_by_external_id ON organizations (external_id) WHERE external_id IS NOT NULL;
