-- SHA-256 of all that the company said, by which it is told whether it says the same again.
ALTER TABLE login_answers ADD COLUMN said BLOB;

-- What was said of a person and not used yet is used up when their sessions end.
CREATE INDEX login_answers_unused ON login_answers (subject) WHERE used_at IS NULL;
