-- Addresses to which mail comes back, or whose people call it junk, as operators were told.
CREATE TABLE bounces (
    email_key TEXT PRIMARY KEY,
    kind      TEXT NOT NULL,        -- bounce or complaint
    noted_at  BIGINT NOT NULL,
    sent_at   BIGINT,             -- when something was last sent in spite of a complaint
    sent_mail BIGINT              -- and which mail that was
);
