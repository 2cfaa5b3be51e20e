-- When a token of a connection was last used, coarsely; 0: not yet.
ALTER TABLE consents ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;

-- Ends that no token is older than are swept.
CREATE INDEX workspace_ends_by_age ON workspace_ends (not_before);
