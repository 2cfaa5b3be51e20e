-- What the name of an organization looks like; '': not known yet.
ALTER TABLE organizations ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
CREATE INDEX organizations_by_skeleton ON organizations (skeleton);
