-- What an app asked of a sign-in by OpenID Connect, by the id of its code, which the grant has too. Claims are names, one
-- a line.
CREATE TABLE authentications (
    id         BIGINT PRIMARY KEY,
    client     BIGINT NOT NULL,
    subject    BIGINT NOT NULL,
    session    BIGINT NOT NULL, -- the one that it goes on in
    sid        BIGINT NOT NULL, -- the one that the app was told
    nonce      TEXT,
    claims     TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX authentications_of_session ON authentications (session, client);

-- Apps that are to be told that a session ended.
CREATE TABLE logouts (
    sid     BIGINT NOT NULL,
    client  BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    PRIMARY KEY (sid, client)
);

-- Claims that are kept of a person beside their account: a JSON object.
CREATE TABLE person_claims (
    subject BIGINT PRIMARY KEY,
    claims  TEXT NOT NULL
);

-- What an app registered for OpenID Connect, as JSON; empty: nothing.
ALTER TABLE clients ADD COLUMN relying_party TEXT NOT NULL DEFAULT '';
