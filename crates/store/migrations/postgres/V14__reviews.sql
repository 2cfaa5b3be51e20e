-- Which scopes an app can do without (names with a space between two), and why it asks for each: a line each, the scope
-- first.
ALTER TABLE clients ADD COLUMN optional_scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN scope_reasons TEXT NOT NULL DEFAULT '';

-- What developers ask administrators to look at. `snapshot` is what the app was when it was asked, as JSON: what was
-- looked at is what is approved.
CREATE TABLE review_requests (
    id         BIGINT PRIMARY KEY,
    client     BIGINT NOT NULL,
    asked_by   BIGINT NOT NULL,
    state      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    whole      BOOLEAN NOT NULL,
    scopes     TEXT NOT NULL,
    reasons    TEXT NOT NULL,
    snapshot   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- The requests of an app, and those in a state.
CREATE INDEX review_requests_by_client ON review_requests (client, id);
CREATE INDEX review_requests_by_state ON review_requests (state, id);
-- An app has one open request.
CREATE UNIQUE INDEX review_requests_open ON review_requests (client) WHERE state IN ('open', 'asked_back');

-- What was said about a request, in the order of the ids. `actor` and `actor_id` are as in events.
CREATE TABLE review_messages (
    id       BIGINT PRIMARY KEY,
    request  BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    actor_id BIGINT,
    at       BIGINT NOT NULL,
    text     TEXT NOT NULL
);

CREATE INDEX review_messages_by_request ON review_messages (request, id);

-- How many people have allowed an app.
CREATE INDEX consents_by_client ON consents (client);
