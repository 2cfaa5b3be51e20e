-- What people left out of what an app asked for: they are not asked for it again as long as the app can do without.
ALTER TABLE consents ADD COLUMN skipped TEXT NOT NULL DEFAULT '';
