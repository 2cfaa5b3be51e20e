//! Sign-ins at other providers.
use crate::row::Query;
use protocol::upstream::{Identity, LinkedIdentity};

/// Those of a person, the oldest first.
pub(crate) const OF_PERSON: Query<LinkedIdentity> = Query {
    sql: "SELECT source, external_id, label, created_at, used_at FROM identities WHERE subject = $1 \
          ORDER BY created_at, source, external_id",
    read: |row| {
        let external_id = row.string(1)?;
        let label = row.optional_text(2)?.map(str::to_owned);
        Ok(LinkedIdentity {
            identity: Identity {
                source: row.string(0)?,
                label: label.unwrap_or_else(|| external_id.clone()),
                external_id,
            },
            since: row.time(3)?,
            used_at: row.optional_time(4)?,
        })
    },
};

/// At which provider a session began.
pub(crate) const OF_SESSION: Query<String> = Query {
    sql: "SELECT source FROM sessions WHERE id = $1 AND source IS NOT NULL",
    read: |row| row.string(0),
};
