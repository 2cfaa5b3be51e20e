-- When it was proved that a person reads the mailbox of their address. Accounts that an operator made count as proved;
-- of others nobody knows.
ALTER TABLE people ADD COLUMN verified_at INTEGER;

UPDATE people SET verified_at = created_at WHERE EXISTS
    (SELECT 1 FROM events e WHERE e.subject = people.subject AND e.event = 'user.created' AND e.actor = 'operator');

-- What the links in mails are for, and whether they were used. A row has the id of its mail; the text of a link is made
-- when the mail is sent, and is nowhere here.
CREATE TABLE mail_links (
    id         INTEGER PRIMARY KEY,
    purpose    TEXT NOT NULL,
    email      TEXT NOT NULL,
    email_key  TEXT NOT NULL,
    subject    INTEGER,             -- of whoever has the address when it is followed, if there is none
    session    INTEGER,             -- that it ends
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE INDEX mail_links_by_subject ON mail_links (subject, id);
CREATE INDEX mail_links_by_email ON mail_links (email_key, id);
