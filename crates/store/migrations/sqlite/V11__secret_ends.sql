-- When the developers of an app were told that a secret ends, or chose that it does.
ALTER TABLE client_secrets ADD COLUMN warned_at INTEGER;

CREATE INDEX client_secrets_by_end ON client_secrets (expires_at);
