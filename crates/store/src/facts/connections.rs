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
         k.narrowed_to, k.narrowed_before, k.organization, k.used_at"
    };
}

fn connection(row: &dyn Row) -> Read<Connection> {
    let kept = row.time(6)?;
    let state = match (row.optional_locator(8)?, row.optional_time(7)?) {
        (Some(end), _) => ConnectionState::Ended(End(end)),
        (None, Some(paused)) => ConnectionState::Paused(paused),
        (None, None) => ConnectionState::Active,
    };
    let since = row.time(4)?;
    Ok(Connection {
        subject: row.subject(0)?,
        client: row.client(1)?,
        organization: workspace(row, 11)?,
        scope: row.scope(2)?,
        earlier: row.scope(3)?,
        narrowed: narrowed(row, 9)?,
        since,
        granted_at: row.time(5)?.max(kept),
        used_at: Some(row.time(12)?).filter(|used| used.0 > 0 && *used >= since),
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
         AND (k.since, k.client, k.organization) < ($2, $3, $7) \
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
    sql: "SELECT k.subject, k.client, k.not_before, k.paused_at, k.narrowed_to, k.narrowed_before, k.organization, c.id, c.test, p.external_id, \
          o.external_id FROM consents k JOIN clients c ON c.no = k.client LEFT JOIN people p ON p.subject = k.subject \
          LEFT JOIN organizations o ON o.id = k.organization \
          WHERE k.subject = $1 AND k.client = $2 AND k.organization = $3",
    read: |row| {
        let (key, standing) = standing(row)?;
        Ok(Change::Connection {
            subject: key.subject,
            external_id: row.optional_text(9)?.map(str::to_owned),
            client_id: row.string(7)?,
            organization: key.organization,
            workspace: row.optional_text(10)?.map(str::to_owned),
            side: match row.flag(8)? {
                true => Side::Test,
                false => Side::Live,
            },
            standing,
        })
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::SQLITE;
    use rusqlite::{Connection, StatementStatus, named_params, params};

    /// A person with so many connections, two of which began in each second.
    fn with(connections: i64) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        for step in &SQLITE {
            db.execute_batch(step.sql).unwrap();
        }
        let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)";
        for insert in [
            "INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, approved, \
             resource_server, status, cutoff, created_at) \
             SELECT n, n, 'Board ' || n, '', '', 1, 'public', '', '', '', 0, 'active', 0, 0 FROM numbers",
            "INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since) \
             SELECT 7, n, 'a', '', 1000 + n / 2, 1000 + n / 2 FROM numbers",
        ] {
            db.execute(&format!("{numbers} {insert}"), params![connections])
                .unwrap();
        }
        db
    }

    /// Which apps a page of 51 names after a place, and the steps of SQLite's machine that this takes.
    fn page(db: &Connection, after: (i64, i64), name: &str) -> (Vec<i64>, i32) {
        let mut statement = db.prepare(OF_PERSON.sql).unwrap();
        let values = named_params! {
            "$1": 7, "$2": after.0, "$3": after.1, "$4": 51, "$5": 0, "$6": name, "$7": 0,
        };
        let rows = statement.query_map(values, |row| row.get(1)).unwrap();
        let found = rows.collect::<Result<_, _>>().unwrap();
        (found, statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn a_page_of_ten_thousand_connections_reads_no_more_than_one_of_a_hundred() {
        let (few, many) = (with(100), with(10_000));
        let first = (i64::MAX, i64::MAX);
        let (found, little) = page(&few, first, "%%");
        assert_eq!((found[0], found.len()), (100, 51));
        let mut seen = Vec::new();
        let mut after = first;
        loop {
            let (found, steps) = page(&many, after, "%%");
            let Some(last) = found.last() else { break };
            assert!(
                steps <= little + 100,
                "{steps} steps after {after:?}, {little} of a few"
            );
            after = (1000 + last / 2, *last);
            seen.extend(found);
        }
        assert_eq!(seen, (1..=10_000).rev().collect::<Vec<_>>());
        // What is often found is found at once; what is nowhere, after a look at each.
        let (found, steps) = page(&many, first, "%board%");
        assert!(found.len() == 51 && steps <= 2 * little, "{steps}");
        let (found, steps) = page(&many, first, "%board 4711%");
        assert_eq!(found, [4_711]);
        assert!(steps < 10_000 * 40, "{steps}");
    }
}
