-- Hot tables are keyed by the id that stands in the token text, so inserts append at the right edge. They have
-- no secondary index and no foreign key. Secrets are stored as SHA-256. Times are Unix seconds.

CREATE TABLE people (
    subject     INTEGER PRIMARY KEY,
    email       TEXT NOT NULL,
    email_key   TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    admin       INTEGER NOT NULL,
    password    TEXT NOT NULL,
    disabled_at INTEGER,
    cutoff      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- Read when a store is opened.
CREATE INDEX people_not_good ON people (subject) WHERE disabled_at IS NOT NULL OR cutoff > 0;

CREATE TABLE clients (
    no              INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    homepage        TEXT NOT NULL,
    description     TEXT NOT NULL,
    owner           INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    redirect_uris   TEXT NOT NULL,      -- one a line
    grants          TEXT NOT NULL,      -- separated by spaces
    scopes          TEXT,               -- NULL: every one that is not restricted
    approved        TEXT NOT NULL,
    resource_server INTEGER NOT NULL,
    status          TEXT NOT NULL,
    cutoff          INTEGER NOT NULL,
    reviewed_at     INTEGER,
    logo            BLOB,               -- digest of the picture
    created_at      INTEGER NOT NULL,
    deleted_at      INTEGER             -- the row stays, so that its number is never used again
) STRICT;

CREATE TABLE client_secrets (
    client     INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (client, digest)
) STRICT;

CREATE TABLE client_logos (
    client     INTEGER PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

CREATE TABLE access_tokens (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL,
    grant_id   INTEGER NOT NULL,
    client     INTEGER NOT NULL,
    subject    INTEGER,
    scope      TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE refresh_tokens (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL,
    grant_id   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Keyed by the consumed token: its insert is the guard of a rotation.
CREATE TABLE used_refresh_tokens (
    id        INTEGER PRIMARY KEY,
    successor INTEGER NOT NULL,
    used_at   INTEGER NOT NULL
) STRICT;

-- Keyed by the successor, so in order of time: erasing what is past the grace window is a range delete.
CREATE TABLE refresh_replies (
    id     INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE codes (
    id           INTEGER PRIMARY KEY,
    digest       BLOB NOT NULL,
    client       INTEGER NOT NULL,
    subject      INTEGER NOT NULL,
    scope        TEXT NOT NULL,
    scope_named  INTEGER NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT,
    auth_time    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

-- Keyed by the code that began it: its insert is the guard of a redemption.
CREATE TABLE grants (
    id         INTEGER PRIMARY KEY,
    client     INTEGER NOT NULL,
    subject    INTEGER NOT NULL,
    scope      TEXT NOT NULL,
    auth_time  INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE interactions (
    id          INTEGER PRIMARY KEY,
    digest      BLOB NOT NULL,
    client      INTEGER NOT NULL,
    request     TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;

CREATE TABLE consents (
    subject       INTEGER NOT NULL,
    client        INTEGER NOT NULL,
    scope         TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,        -- one a line
    granted_at    INTEGER NOT NULL,
    PRIMARY KEY (subject, client)
) STRICT;

CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL,
    subject    INTEGER NOT NULL,
    auth_time  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    browser    TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_subject ON sessions (subject, id);

CREATE TABLE attempts (
    key   BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE INDEX attempts_by_since ON attempts (since);

-- What other processes must hear of: revoked grants, people and apps that changed.
CREATE TABLE changes (
    seq   INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    ref   INTEGER NOT NULL,
    until INTEGER NOT NULL              -- when the line may be forgotten
) STRICT;

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    event    TEXT NOT NULL,
    client   INTEGER,
    subject  INTEGER,
    grant_id INTEGER
) STRICT;

-- Who makes ids as which node.
CREATE TABLE nodes (
    node        INTEGER PRIMARY KEY,
    lease_until INTEGER NOT NULL,
    holder      TEXT NOT NULL
) STRICT;
