//! Apps that introduced themselves.
use crate::row::Query;
use protocol::introduce::RegistrationFacts;
use protocol::types::ClientRowId;

/// One that is shared and said the same.
pub(crate) const ALIKE: Query<ClientRowId> = Query {
    sql: "SELECT i.client FROM introductions i JOIN clients c ON c.no = i.client \
          WHERE i.digest = $1 AND i.shared AND c.deleted_at IS NULL",
    read: |row| row.client(0),
};

/// What is on record of one.
pub(crate) const RECORD: Query<RegistrationFacts> = Query {
    sql: "SELECT token FROM introductions WHERE client = $1",
    read: |row| {
        Ok(RegistrationFacts {
            token: row.optional_digest(0)?,
        })
    },
};

/// Those that nobody used and that introduced themselves before a moment, so many at most. What an administrator decided
/// is kept.
pub(crate) const UNUSED: Query<ClientRowId> = Query {
    sql: "SELECT i.client FROM introductions i JOIN clients c ON c.no = i.client \
          WHERE i.seen_at <= $1 AND c.deleted_at IS NULL AND c.last_used_at IS NULL AND c.reviewed_at IS NULL \
          AND c.status = 'active' AND NOT EXISTS (SELECT 1 FROM consents k WHERE k.client = c.no) \
          ORDER BY i.seen_at LIMIT $2",
    read: |row| row.client(0),
};

/// Whether a grant goes on with assertions alone.
pub(crate) const PINNED: Query<i64> = Query {
    sql: "SELECT id FROM pinned_grants WHERE id = $1",
    read: |row| row.number(0),
};

/// How many look called so of those that were looked at: apps that were reviewed, organizations that proved a domain.
pub(crate) const REVIEWED_NAMESAKE: Query<i64> = Query {
    sql: "SELECT (SELECT COUNT(*) FROM clients WHERE skeleton = $1 AND NOT test AND deleted_at IS NULL \
          AND reviewed_at IS NOT NULL AND introduction = '') + (SELECT COUNT(*) FROM organizations o \
          WHERE o.skeleton = $1 AND EXISTS (SELECT 1 FROM domains d WHERE d.organization = o.id AND d.proved_at IS NOT NULL))",
    read: |row| row.number(0),
};
