-- Whether an app proves with every token request to hold the key of its tokens.
ALTER TABLE clients ADD COLUMN dpop_bound BOOLEAN NOT NULL DEFAULT FALSE;
