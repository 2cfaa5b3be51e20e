-- What a person is shown a sign-in elsewhere by, and when it was used last.
ALTER TABLE identities ADD COLUMN label TEXT;
ALTER TABLE identities ADD COLUMN used_at INTEGER;

-- Where a person was signed in who comes back from another provider, and which of their sessions began so; NULL: here, or at
-- the company's own login.
ALTER TABLE login_answers ADD COLUMN source TEXT;
ALTER TABLE sessions ADD COLUMN source TEXT;
