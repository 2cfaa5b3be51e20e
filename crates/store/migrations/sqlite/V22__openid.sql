-- What an app asked of a sign-in by OpenID Connect, by the id of its code, which the grant has too. Claims are names, one
-- a line.
CREATE TABLE authentications (
    id         INTEGER PRIMARY KEY,
    client     INTEGER NOT NULL,
    subject    INTEGER NOT NULL,
    session    INTEGER NOT NULL, -- the one that it goes on in
    sid        INTEGER NOT NULL, -- the one that the app was told
    nonce      TEXT,
    claims     TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX authentications_of_session ON authentications (session, client);

-- Apps that are to be told that a session ended.
CREATE TABLE logouts (
    sid     INTEGER NOT NULL,
    client  INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    PRIMARY KEY (sid, client)
) STRICT;

-- Claims that are kept of a person beside their account: a JSON object.
CREATE TABLE person_claims (
    subject INTEGER PRIMARY KEY,
    claims  TEXT NOT NULL
) STRICT;

-- What an app registered for OpenID Connect, as JSON; empty: nothing.
ALTER TABLE clients ADD COLUMN relying_party TEXT NOT NULL DEFAULT '';
