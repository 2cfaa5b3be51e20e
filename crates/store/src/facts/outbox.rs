//! Messages that wait to be delivered.
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
/// has been set back since.
pub(crate) const DUE: Query<Entry> = entries!(
    "o.dead_at IS NULL AND (o.due_at <= $1 OR o.due_at > $2) AND NOT EXISTS (SELECT 1 FROM outbox e \
     WHERE e.destination = o.destination AND e.dead_at IS NULL AND e.id < o.id) ORDER BY o.id LIMIT $3"
);

/// The first message to a destination.
pub(crate) const FIRST: Query<Entry> =
    entries!("o.destination = $1 AND o.dead_at IS NULL ORDER BY o.id LIMIT 1");

/// Messages after `$1` and not after `$2`: all, or dead letters only.
pub(crate) const PAGE: Query<Entry> = entries!(
    "o.id > $1 AND o.id <= $2 AND ($3 = 0 OR o.dead_at IS NOT NULL) ORDER BY o.id LIMIT $4"
);

/// One message.
pub(crate) const BY_ID: Query<Entry> = entries!("o.id = $1");
