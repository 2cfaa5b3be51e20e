//! Events as they were written.
use crate::row::{Query, Read, Row};
use protocol::events::{Actor, Recorded};

macro_rules! events {
    ($order:literal) => {
        Query {
            sql: concat!(
                "SELECT id, at, event, actor, actor_id, client, subject, grant_id, address, organization FROM events \
                 WHERE id > $1 AND id < $2 AND ($3 = '' OR event = $3 OR SUBSTR(event, 1, LENGTH($4)) = $4) \
                 AND ($5 = 0 OR client = $5) AND ($6 = 0 OR subject = $6) ORDER BY id ",
                $order,
                " LIMIT $7"
            ),
            read: recorded,
        }
    };
}

/// Events between two ids, oldest first: of a name or of names that begin so, of an app, of a person.
pub(crate) const OLDEST_FIRST: Query<Recorded> = events!("ASC");
/// The same, newest first.
pub(crate) const NEWEST_FIRST: Query<Recorded> = events!("DESC");

fn recorded(row: &dyn Row) -> Read<Recorded> {
    let actor = row.optional_text(3)?;
    Ok(Recorded {
        id: row.locator(0)?,
        at: row.time(1)?,
        name: row.string(2)?,
        actor: match actor {
            Some(kind) => Actor::from_stored(kind, row.optional_number(4)?),
            None => None,
        },
        client: row.optional_client(5)?,
        subject: row.optional_subject(6)?,
        grant: row.optional_locator(7)?,
        organization: row.optional_locator(9)?,
        address: row.optional_text(8)?.and_then(|text| text.parse().ok()),
    })
}
