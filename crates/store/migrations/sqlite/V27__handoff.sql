-- Who a person is elsewhere: at the company's own login, or at a provider upstream. Never matched by address.
CREATE TABLE identities (
    source      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    subject     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_of_person ON identities (subject);

-- What the company's own login calls a person, which apps are told in place of our number.
ALTER TABLE people ADD COLUMN external_id TEXT;

-- What the company's own login said of a browser that was sent there, by the id of the challenge: who it is (NULL: nobody
-- signed in), when they proved it and how, and until when the browser may come back with it.
CREATE TABLE login_answers (
    id         INTEGER PRIMARY KEY,
    browser    BLOB NOT NULL,
    onward     TEXT,
    subject    INTEGER,
    auth_time  INTEGER NOT NULL,
    methods    TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

-- How a person proved who they are, by the names of RFC 8176, separated by spaces; NULL: by their password here.
ALTER TABLE sessions ADD COLUMN methods TEXT;
ALTER TABLE authentications ADD COLUMN methods TEXT;
