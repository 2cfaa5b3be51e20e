-- Who is signed in on the portal's own host, by the session of the issuer behind it: the digest of the code with which the
-- browser came, the challenge that it was made for, and the digest of the cookie that was given for it (NULL: none yet). No
-- row of it outlives that session: it is looked for with it.
CREATE TABLE portal_sessions (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL,
    code       BLOB NOT NULL,
    challenge  TEXT NOT NULL,
    cookie     BLOB,
    expires_at INTEGER NOT NULL
) STRICT;
