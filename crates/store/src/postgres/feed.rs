//! The revocation feed, written to and read from the lines of `changes`. Some line is always there: the sweeper keeps
//! the last.
use super::Postgres;
use super::batch::ids;
use super::conn::{Conn, Slot};
use super::read::{self, Change as Line, many, one};
use super::rows::{Read, get};
use super::value::values_of;
use crate::StoreError;
use crate::sqlite::feed::{cursor_at, side};
use protocol::facts::Standing;
use protocol::revocations::{Change, Cursor, FeedFacts};
use protocol::types::{Locator, Subject, UnixTime};
use tokio::sync::watch;
use tokio_postgres::Row;

type Told = Result<Option<FeedFacts>, StoreError>;

/// Writes the first line of a new database, with a random number in it: no other database begins like that.
pub(super) async fn begin(slot: &Slot) -> Result<(), StoreError> {
    let origin = i64::from_be_bytes(jose::random::bytes()) >> 1;
    let sql = "INSERT INTO changes (seq, kind, ref, until) \
               SELECT 1, 'origin', $1, $2 WHERE NOT EXISTS (SELECT 1 FROM changes) ON CONFLICT DO NOTHING";
    slot.query(sql, values_of![origin, i64::MAX]).await?;
    Ok(())
}

/// A line that has no number yet: its kind, what it is about, and when it may be forgotten.
pub(super) type NewLine = (&'static str, i64, UnixTime);

/// Tells other nodes, inside an open transaction. Numbers follow on the highest that is committed: whoever takes one
/// of them at the same moment waits for the other's commit and counts again, so a line is only ever written after all
/// before it are committed, and a reader that has seen a number misses none below it.
pub(super) async fn tell(conn: &Conn, mut lines: Vec<NewLine>) -> Read<()> {
    let sql = "INSERT INTO changes (seq, kind, ref, until) \
               SELECT (SELECT COALESCE(MAX(seq), 0) FROM changes) + n, kind, ref, until \
               FROM UNNEST($1::text[], $2::int8[], $3::int8[]) WITH ORDINALITY AS t (kind, ref, until, n) \
               ORDER BY n ON CONFLICT DO NOTHING RETURNING ref";
    while !lines.is_empty() {
        let kind: Vec<&str> = lines.iter().map(|line| line.0).collect();
        let reference: Vec<i64> = lines.iter().map(|line| line.1).collect();
        let until: Vec<i64> = lines.iter().map(|line| line.2.0).collect();
        // What others have taken is the lowest of these numbers, so those that are written have no gap before them.
        let written = ids(conn, sql, values_of![kind, reference, until]).await?;
        lines.retain(|line| !written.contains(&line.1));
    }
    Ok(())
}

impl Postgres {
    /// Resolves when this process has committed a line of the feed since the last time.
    pub(crate) async fn fed(&self) {
        self.fed.notified().await;
    }

    /// The last line of the feed that memory holds. APIs are told no more than that: whoever forgets an answer
    /// because of a line, and asks again, must not get the same answer.
    pub(crate) fn seen(&self) -> watch::Receiver<i64> {
        self.seen.subscribe()
    }

    /// The lines of the feed after a cursor, at most `limit`.
    pub(crate) async fn revocations(&self, after: Option<Cursor>, limit: usize) -> Told {
        let seen = *self.seen.borrow();
        match after {
            Some(cursor) => after_cursor(self.reader(), cursor, seen, limit).await,
            None => at(self.reader(), seen).await,
        }
    }
}

/// Where the feed stands at line `seen`.
async fn at(slot: &Slot, seen: i64) -> Told {
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq <= $1 ORDER BY seq DESC LIMIT 1";
    let line = one(slot, sql, values_of![seen], line).await?;
    let origin = origin(slot).await?;
    // Swept between two reads: the next request finds no such line and begins anew.
    let nothing = Cursor {
        line: seen,
        mark: 0,
    };
    Ok(Some(FeedFacts {
        cursor: line.map_or(nothing, |line| cursor_at(origin, &line)),
        gap: false,
        changes: Vec::new(),
    }))
}

/// The lines after `cursor` up to `seen`; `None` when the cursor's own line is not there as it was, or one after it
/// was swept.
async fn after_cursor(slot: &Slot, cursor: Cursor, seen: i64, limit: usize) -> Told {
    // One statement, so the cursor's line and those after it are of one moment.
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq >= $1 AND seq <= GREATEST($1, $2) \
               ORDER BY seq LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let lines: Vec<Line> = many(slot, sql, values_of![cursor.line, seen, limit], line).await?;
    let Some((own, rest)) = lines.split_first() else {
        return Ok(None);
    };
    let origin = origin(slot).await?;
    let next = |(one, two): (&Line, &Line)| one.0 + 1 == two.0;
    if cursor_at(origin, own) != cursor || !lines.iter().zip(rest).all(next) {
        return Ok(None);
    }
    let mut changes = Vec::new();
    for line in rest {
        changes.extend(change(slot, line).await?);
    }
    Ok(Some(FeedFacts {
        cursor: cursor_at(origin, rest.last().unwrap_or(own)),
        gap: false,
        changes,
    }))
}

/// The random number of this database.
async fn origin(slot: &Slot) -> Result<i64, StoreError> {
    let sql = "SELECT ref FROM changes WHERE seq = 1 AND kind = 'origin'";
    Ok(one(slot, sql, values_of![], |row| get(row, 0))
        .await?
        .unwrap_or(0))
}

fn line(row: &Row) -> Read<Line> {
    Ok((get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?))
}

/// A line with what its object is now.
async fn change(slot: &Slot, (_, kind, reference, _): &Line) -> Result<Option<Change>, StoreError> {
    Ok(match kind.as_str() {
        "token" => Some(Change::Token(Locator(*reference))),
        "grant" => Some(Change::Grant(Locator(*reference))),
        "client" => app(slot, *reference).await?,
        "person" => {
            let person = read::person_by_subject(slot, Subject(*reference)).await?;
            person.map(|person| Change::Person {
                subject: person.subject,
                side: side(person.test_app.is_some()),
                standing: Standing::from(&person),
            })
        }
        _ => None,
    })
}

/// An app, also one that was deleted.
async fn app(slot: &Slot, no: i64) -> Result<Option<Change>, StoreError> {
    let sql = "SELECT id, test, status = 'active' AND cutoff = 0 AND deleted_at IS NULL FROM clients WHERE no = $1";
    one(slot, sql, values_of![no], |row| {
        Ok(Change::App {
            client_id: get(row, 0)?,
            side: side(get(row, 1)?),
            good: get(row, 2)?,
        })
    })
    .await
}
