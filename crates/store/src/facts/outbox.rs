//! Messages that wait to be delivered.
use crate::outbox::OutboxCounts;
use crate::row::{Query, Read, Row};
use protocol::outbox::Entry;

macro_rules! entries {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT o.id, o.kind, o.destination, o.payload, o.created_at, o.due_at, o.attempts, o.last_error, \
                 o.dead_at FROM outbox o WHERE ",
                $rest
            ),
            read: entry,
        }
    };
}

fn entry(row: &dyn Row) -> Read<Entry> {
    Ok(Entry {
        id: row.locator(0)?,
        kind: row.string(1)?,
        destination: row.string(2)?,
        payload: row.string(3)?,
        created_at: row.time(4)?,
        due_at: row.time(5)?,
        attempts: row.small(6)?,
        last_error: row.optional_text(7)?.map(str::to_owned),
        dead_at: row.optional_time(8)?,
    })
}

/// The first message of each destination, if it is due at `$1`. One that is due after `$2` was put off by a clock that
/// has been set back since. From one destination to the next by the index, so that what waits behind a first one is
/// not read. The order within names two columns, so that no other index will do.
pub(crate) const DUE: Query<Entry> = Query {
    sql: "WITH RECURSIVE o(id, kind, destination, payload, created_at, due_at, attempts, last_error, dead_at) AS (\
          SELECT CAST(0 AS BIGINT), '', '', '', CAST(0 AS BIGINT), CAST(NULL AS BIGINT), CAST(0 AS BIGINT), '', \
          CAST(NULL AS BIGINT) UNION ALL \
          SELECT n.id, n.kind, n.destination, n.payload, n.created_at, n.due_at, n.attempts, n.last_error, n.dead_at \
          FROM o JOIN outbox n ON n.id = (SELECT f.id FROM outbox f WHERE f.dead_at IS NULL \
          AND f.destination > o.destination ORDER BY f.destination, f.id LIMIT 1)) \
          SELECT id, kind, destination, payload, created_at, due_at, attempts, last_error, dead_at FROM o \
          WHERE due_at <= $1 OR due_at > $2 ORDER BY id LIMIT $3",
    read: entry,
};

/// The first message to a destination. Two comparisons instead of one, so that the order is by two columns, which only
/// the index of destinations has.
pub(crate) const FIRST: Query<Entry> = entries!(
    "o.dead_at IS NULL AND o.destination >= $1 AND o.destination <= $1 ORDER BY o.destination, o.id LIMIT 1"
);

/// Messages after `$1` and not after `$2`: all, or dead letters only.
pub(crate) const PAGE: Query<Entry> = entries!(
    "o.id > $1 AND o.id <= $2 AND ($3 = 0 OR o.dead_at IS NOT NULL) ORDER BY o.id LIMIT $4"
);

/// How many messages there are at `$1`. The table is read whole: it holds what was not delivered yet.
pub(crate) const COUNTS: Query<OutboxCounts> = Query {
    sql: "SELECT COUNT(CASE WHEN o.dead_at IS NULL AND o.due_at <= $1 THEN 1 END), \
          COUNT(CASE WHEN o.dead_at IS NULL AND o.due_at > $1 THEN 1 END), \
          COUNT(o.dead_at), MIN(CASE WHEN o.dead_at IS NULL THEN o.created_at END) FROM outbox o",
    read: |row| {
        let count = |column| row.number(column).map(i64::unsigned_abs);
        Ok(OutboxCounts {
            due: count(0)?,
            put_off: count(1)?,
            dead: count(2)?,
            oldest: row.optional_time(3)?,
        })
    },
};

/// One message.
pub(crate) const BY_ID: Query<Entry> = entries!("o.id = $1");

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, StatementStatus, params};

    /// How many steps SQLite takes to find what is due, of `waiting` messages to ten destinations.
    fn steps(waiting: i64) -> i32 {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("../../migrations/sqlite/V5__outbox.sql"))
            .unwrap();
        let row = "INSERT INTO outbox VALUES (?1, 'mail.test', 'mail:' || (?1 % 10), '{}', 0, 0, 0, 'x', ?2)";
        for id in 1..=7 {
            conn.execute(row, params![id, 5]).unwrap();
        }
        for id in 8..8 + waiting {
            conn.execute(row, params![id, None::<i64>]).unwrap();
        }
        let mut due = conn.prepare(DUE.sql).unwrap();
        let mut rows = due.query(params![10, 100, 32]).unwrap();
        let mut found = 0;
        while let Some(row) = rows.next().unwrap() {
            let entry = entry(row).unwrap();
            assert_eq!(entry.id.0, 8 + found, "the first of each, in order");
            found += 1;
        }
        drop(rows);
        assert_eq!(found, 10);
        due.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn what_waits_behind_the_first_message_is_not_read() {
        assert_eq!(steps(5_000), steps(500));
    }
}
