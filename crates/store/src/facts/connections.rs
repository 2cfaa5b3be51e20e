//! What people and apps have to do with each other.
use super::authorize::workspace;
use crate::row::{Query, Read, Row};
use protocol::revocations::Change;
use protocol::types::{
    Connection, ConnectionKey, ConnectionStanding, ConnectionState, End, Locator, Narrowed, Side,
};
use std::sync::Arc;

macro_rules! connection_columns {
    () => {
        "k.subject, k.client, k.scope, k.earlier_scope, k.since, k.granted_at, k.kept_at, k.paused_at, k.ended_as, \
         k.narrowed_to, k.narrowed_before, k.organization"
    };
}

fn connection(row: &dyn Row) -> Read<Connection> {
    let kept = row.time(6)?;
    let state = match (row.optional_locator(8)?, row.optional_time(7)?) {
        (Some(end), _) => ConnectionState::Ended(End(end)),
        (None, Some(paused)) => ConnectionState::Paused(paused),
        (None, None) => ConnectionState::Active,
    };
    Ok(Connection {
        subject: row.subject(0)?,
        client: row.client(1)?,
        organization: workspace(row, 11)?,
        scope: row.scope(2)?,
        earlier: row.scope(3)?,
        narrowed: narrowed(row, 9)?,
        since: row.time(4)?,
        granted_at: row.time(5)?.max(kept),
        state,
    })
}

/// The connection of a person and an app, for a workspace.
pub(crate) const ONE: Query<Connection> = Query {
    sql: concat!(
        "SELECT ",
        connection_columns!(),
        " FROM consents k WHERE k.subject = $1 AND k.client = $2 AND k.organization = $3"
    ),
    read: connection,
};

/// Those of a person with apps whose name holds a text, the last one first: before one, so many at most. One that is over
/// is told if it ended after `$5`.
pub(crate) const OF_PERSON: Query<Connection> = Query {
    sql: concat!(
        "SELECT ",
        connection_columns!(),
        " FROM consents k JOIN clients c ON c.no = k.client WHERE k.subject = $1 AND c.deleted_at IS NULL \
         AND (k.since < $2 OR (k.since = $2 AND (k.client < $3 OR (k.client = $3 AND k.organization < $7)))) \
         AND (k.ended_as IS NULL OR k.ended_as > $5) AND LOWER(c.name) LIKE $6 ESCAPE '~' \
         ORDER BY k.since DESC, k.client DESC, k.organization DESC LIMIT $4"
    ),
    read: connection,
};

/// Two columns from `at` on.
fn narrowed(row: &dyn Row, at: usize) -> Read<Option<Narrowed>> {
    let before = row.locator(at + 1)?;
    Ok(match before > Locator(0) {
        true => Some(Narrowed {
            scope: row.scope(at)?,
            before,
        }),
        false => None,
    })
}

fn standing(row: &dyn Row) -> Read<(ConnectionKey, ConnectionStanding)> {
    let standing = ConnectionStanding {
        paused: row.optional_time(3)?.is_some(),
        not_before: row.locator(2)?,
        narrowed: narrowed(row, 4)?.map(Arc::new),
    };
    let key = ConnectionKey {
        subject: row.subject(0)?,
        client: row.client(1)?,
        organization: workspace(row, 6)?,
    };
    Ok((key, standing))
}

/// What is left of one.
pub(crate) const STANDING: Query<(ConnectionKey, ConnectionStanding)> = Query {
    sql: "SELECT subject, client, not_before, paused_at, narrowed_to, narrowed_before, organization FROM consents \
          WHERE subject = $1 AND client = $2 AND organization = $3",
    read: standing,
};

/// All of which something was taken back.
pub(crate) const NOT_GOOD: Query<(ConnectionKey, ConnectionStanding)> = Query {
    sql: "SELECT subject, client, not_before, paused_at, narrowed_to, narrowed_before, organization FROM consents \
          WHERE not_before > 0 OR narrowed_before > 0 OR paused_at IS NOT NULL",
    read: standing,
};

/// One as the feed tells it.
pub(crate) const TOLD: Query<Change> = Query {
    sql: "SELECT k.subject, k.client, k.not_before, k.paused_at, k.narrowed_to, k.narrowed_before, k.organization, c.id, c.test \
          FROM consents k JOIN clients c ON c.no = k.client \
          WHERE k.subject = $1 AND k.client = $2 AND k.organization = $3",
    read: |row| {
        let (key, standing) = standing(row)?;
        Ok(Change::Connection {
            subject: key.subject,
            client_id: row.string(7)?,
            organization: key.organization,
            side: match row.flag(8)? {
                true => Side::Test,
                false => Side::Live,
            },
            standing,
        })
    },
};
