-- Whether its members act for an organization only after a sign-in with a second factor.
ALTER TABLE organizations ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
