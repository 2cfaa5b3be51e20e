-- Hot tables are keyed by the id that stands in the token text, so inserts append at the right edge. They have
-- no secondary index and no foreign key. Secrets are stored as SHA-256. Times are Unix seconds.

CREATE TABLE people (
    subject     BIGINT PRIMARY KEY,
    email       TEXT NOT NULL,
    email_key   TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    admin       BOOLEAN NOT NULL,
    password    TEXT NOT NULL,
    disabled_at BIGINT,
    cutoff      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);

-- Read when a store is opened.
CREATE INDEX people_not_good ON people (subject) WHERE disabled_at IS NOT NULL OR cutoff > 0;

CREATE TABLE clients (
    no              BIGINT PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    homepage        TEXT NOT NULL,
    description     TEXT NOT NULL,
    owner           BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    redirect_uris   TEXT NOT NULL,      -- one a line
    grants          TEXT NOT NULL,      -- separated by spaces
    scopes          TEXT,               -- NULL: every one that is not restricted
    approved        TEXT NOT NULL,
    resource_server BOOLEAN NOT NULL,
    status          TEXT NOT NULL,
    cutoff          BIGINT NOT NULL,
    reviewed_at     BIGINT,
    logo            BYTEA,               -- digest of the picture
    created_at      BIGINT NOT NULL,
    deleted_at      BIGINT             -- the row stays, so that its number is never used again
);

CREATE TABLE client_secrets (
    client     BIGINT NOT NULL,
    digest     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client, digest)
);

CREATE TABLE client_logos (
    client     BIGINT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes      BYTEA NOT NULL
);

CREATE TABLE access_tokens (
    id         BIGINT PRIMARY KEY,
    digest     BYTEA NOT NULL,
    grant_id   BIGINT NOT NULL,
    client     BIGINT NOT NULL,
    subject    BIGINT,
    scope      TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE refresh_tokens (
    id         BIGINT PRIMARY KEY,
    digest     BYTEA NOT NULL,
    grant_id   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Keyed by the consumed token: its insert is the guard of a rotation.
CREATE TABLE used_refresh_tokens (
    id        BIGINT PRIMARY KEY,
    successor BIGINT NOT NULL,
    used_at   BIGINT NOT NULL
);

-- Keyed by the successor, so in order of time: erasing what is past the grace window is a range delete.
CREATE TABLE refresh_replies (
    id     BIGINT PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE codes (
    id           BIGINT PRIMARY KEY,
    digest       BYTEA NOT NULL,
    client       BIGINT NOT NULL,
    subject      BIGINT NOT NULL,
    scope        TEXT NOT NULL,
    scope_named  BOOLEAN NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT,
    auth_time    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

-- Keyed by the code that began it: its insert is the guard of a redemption.
CREATE TABLE grants (
    id         BIGINT PRIMARY KEY,
    client     BIGINT NOT NULL,
    subject    BIGINT NOT NULL,
    scope      TEXT NOT NULL,
    auth_time  BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE interactions (
    id          BIGINT PRIMARY KEY,
    digest      BYTEA NOT NULL,
    client      BIGINT NOT NULL,
    request     TEXT NOT NULL,
    expires_at  BIGINT NOT NULL,
    answered_at BIGINT
);

CREATE TABLE consents (
    subject       BIGINT NOT NULL,
    client        BIGINT NOT NULL,
    scope         TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,        -- one a line
    granted_at    BIGINT NOT NULL,
    PRIMARY KEY (subject, client)
);

CREATE TABLE sessions (
    id         BIGINT PRIMARY KEY,
    digest     BYTEA NOT NULL,
    subject    BIGINT NOT NULL,
    auth_time  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    browser    TEXT NOT NULL
);

CREATE INDEX sessions_by_subject ON sessions (subject, id);

CREATE TABLE attempts (
    key   BYTEA PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL
);

CREATE INDEX attempts_by_since ON attempts (since);

-- What other processes must hear of: revoked grants, people and apps that changed.
CREATE TABLE changes (
    seq   BIGINT PRIMARY KEY,
    kind  TEXT NOT NULL,
    ref   BIGINT NOT NULL,
    until BIGINT NOT NULL              -- when the line may be forgotten
);

CREATE TABLE audit (
    id       BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    event    TEXT NOT NULL,
    client   BIGINT,
    subject  BIGINT,
    grant_id BIGINT
);

-- Who makes ids as which node.
CREATE TABLE nodes (
    node        BIGINT PRIMARY KEY,
    lease_until BIGINT NOT NULL,
    holder      TEXT NOT NULL
);
